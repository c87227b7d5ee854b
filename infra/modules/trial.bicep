// For a first try: a vault, and a DPS with an IoT hub to send devices to. In production both exist before the app does.

param vaultName string
param provisioningServiceName string
param hubName string
param location string
param tags object

@description('F1 is free, and there can be one of it in a subscription; none leaves the DPS without a hub.')
@allowed(['none', 'F1', 'S1'])
param hubSku string

@description('Object id of the person who deploys, and who puts a first CA into the vault; empty for nobody.')
param deployerId string

var deployerRoles = [
  'a4417e6f-fecd-4de8-b567-7b0420556985' // Key Vault Certificates Officer
  '12338af0-0e69-4776-bea7-57ae8d297424' // Key Vault Crypto User
]
var hubPolicy = 'iothubowner'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    // The shortest there is, and no protection from purging: a trial should leave nothing behind.
    softDeleteRetentionInDays: 7
  }
}

resource deployerAssignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in deployerRoles: if (!empty(deployerId)) {
  name: guid(vault.id, deployerId, role)
  scope: vault
  properties: {
    principalId: deployerId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

resource hub 'Microsoft.Devices/IotHubs@2023-06-30' = if (hubSku != 'none') {
  name: hubName
  location: location
  tags: tags
  sku: {
    name: hubSku == 'none' ? 'F1' : hubSku
    capacity: 1
  }
  properties: {
    minTlsVersion: '1.2'
  }
}

// The key goes from the hub to the DPS within this deployment. The app never sees it, and may not list keys.
resource provisioningService 'Microsoft.Devices/provisioningServices@2022-12-12' = {
  name: provisioningServiceName
  location: location
  tags: tags
  sku: {
    name: 'S1'
    capacity: 1
  }
  properties: {
    iotHubs: hubSku == 'none' ? [] : [
      {
        location: location
        connectionString: 'HostName=${hubName}.azure-devices.net;SharedAccessKeyName=${hubPolicy};SharedAccessKey=${listKeys(resourceId('Microsoft.Devices/IotHubs/IotHubKeys', hubName, hubPolicy), '2023-06-30').primaryKey}'
      }
    ]
  }
  dependsOn: [
    hub
  ]
}
