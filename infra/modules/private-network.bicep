// A virtual network for the app's outgoing traffic and the private endpoints it goes to. The app itself stays reachable
// from the internet: DPS calls the webhook from there.

param name string
param location string
param tags object

@description('Resource id of the app\'s storage account.')
param storageId string

@description('Resource ids of what else the app goes to.')
param keyVaults array
param provisioningServices array

// By the name that each service has in a private endpoint (groupId).
var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  iotDps: 'privatelink.azure-devices-provisioning.net'
}
var zoneList = map(items(zones), item => item.value)

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/24'
      ]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.0.0.0/26'
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.0.0.64/26'
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = [for item in zoneList: {
  name: item
  location: 'global'
  tags: tags
}]

resource zoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [for (item, index) in zoneList: {
  parent: zone[index]
  name: name
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: network.id
    }
  }
}]

module storageEndpoint 'private-endpoint.bicep' = [for service in ['blob', 'queue', 'table']: {
  name: 'endpoint-${service}'
  params: {
    name: '${name}-${service}'
    location: location
    tags: tags
    subnetId: '${network.id}/subnets/endpoints'
    targetId: storageId
    groupId: service
    zoneName: zones[service]
  }
  dependsOn: [
    zone
  ]
}]

// A resource id is /subscriptions/{2}/resourceGroups/{4}/providers/{6}/{7}/{8}.
module keyVaultEndpoint 'private-endpoint.bicep' = [for id in keyVaults: {
  name: 'endpoint-vault-${uniqueString(id)}'
  params: {
    name: '${name}-vault-${split(id, '/')[8]}'
    location: location
    tags: tags
    subnetId: '${network.id}/subnets/endpoints'
    targetId: id
    groupId: 'vault'
    zoneName: zones.vault
  }
  dependsOn: [
    zone
  ]
}]

module provisioningServiceEndpoint 'private-endpoint.bicep' = [for id in provisioningServices: {
  name: 'endpoint-dps-${uniqueString(id)}'
  params: {
    name: '${name}-dps-${split(id, '/')[8]}'
    location: location
    tags: tags
    subnetId: '${network.id}/subnets/endpoints'
    targetId: id
    groupId: 'iotDps'
    zoneName: zones.iotDps
  }
  dependsOn: [
    zone
  ]
}]
