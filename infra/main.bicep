// Everything that the app needs in Azure, in a resource group of its own, and its roles on the vaults and provisioning
// services that are there already. infra/README.md explains the parameters.

targetScope = 'subscription'

@description('Name of the azd environment; the resources are named after it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of everything that is created here.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Resource ids of the provisioning services, comma-separated; in whatever resource groups and subscriptions.')
param dpsResourceIds string = ''

@description('Resource ids of the vaults that hold the CAs to renew, comma-separated.')
param keyVaultResourceIds string = ''

@description('Resource ids of vaults whose CAs sign but are not renewed, comma-separated.')
param issuerKeyVaultResourceIds string = ''

@description('Whether to make a DPS with an IoT hub, and a vault, for a first try.')
param createTrial bool = false

@description('The trial\'s IoT hub: F1 is free, and there can be one of it in a subscription.')
@allowed(['none', 'F1', 'S1'])
param trialHubSku string = 'F1'

@description('Object id of whoever deploys: gets the rights to put a first CA into the trial\'s vault.')
param deployerId string = ''

@description('False assigns built-in roles, which grant more than is needed, where custom ones cannot be made.')
param customRoles bool = true

@description('Whether storage, vaults and provisioning services are reached by private endpoints.')
param privateNetwork bool = false

@description('Instances that wait for the webhook\'s calls, warm.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances there can be.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Addresses that alerts are mailed to, comma-separated.')
param alertEmails string = ''

@description('Three intervals of scanSchedule: how long no scan may be missing before somebody is told.')
@allowed(['PT15M', 'PT30M', 'PT45M', 'PT1H', 'PT2H', 'PT3H', 'PT4H', 'PT5H', 'PT6H', 'P1D', 'P2D'])
param scanWindow string = 'PT3H'

@description('Whether the logs of the vaults and provisioning services go to the workspace, too.')
param serviceDiagnostics bool = false

@description('Setting MODE. Begin with plan, and read what the scan reports.')
@allowed(['plan', 'enforce'])
param mode string = 'plan'

// Where a setting is empty, the app's own default holds.
@description('Setting SCAN_SCHEDULE.')
param scanSchedule string = ''

@description('Setting RENEW_BEFORE.')
param renewBefore string = ''

@description('Setting OVERLAP.')
param overlap string = ''

@description('Setting RETIRE.')
@allowed(['', 'expired', 'unused', 'overlap', 'never'])
param retire string = ''

@description('Setting ALLOCATION_RULES.')
param allocationRules string = ''

@description('Setting ALLOCATION_WEBHOOK_URL: has a key in it.')
@secure()
param allocationWebhookUrl string = ''

@description('Setting NOTIFICATION_WEBHOOK_URL: a secret.')
@secure()
param notificationWebhookUrl string = ''

@description('Setting NOTIFICATION_FORMAT.')
param notificationFormat string = ''

@description('Setting NOTIFICATION_EVENTS.')
param notificationEvents string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var prefix = 'dps-certs-${token}'
var storageName = 'dpscerts${token}'
var packageContainer = 'app-package'

var trialDpsName = 'dps-${token}'
var trialVaultName = 'kv-${token}'
var trialDpsId = toLower('${group.id}/providers/Microsoft.Devices/provisioningServices/${trialDpsName}')
var trialVaultId = toLower('${group.id}/providers/Microsoft.KeyVault/vaults/${trialVaultName}')

// Modules and role assignments are named after ids: one that is listed twice, or once in other letters, is one. union
// keeps the first of equals. A vault in both lists is one of managed CAs.
var dpsIds = filter(split(toLower(replace(dpsResourceIds, ' ', '')), ','), id => !empty(id))
var keyVaultIds = filter(split(toLower(replace(keyVaultResourceIds, ' ', '')), ','), id => !empty(id))
var issuerKeyVaultIds = filter(split(toLower(replace(issuerKeyVaultResourceIds, ' ', '')), ','), id => !empty(id))
var provisioningServices = union(dpsIds, createTrial ? [trialDpsId] : [])
var keyVaults = union(keyVaultIds, createTrial ? [trialVaultId] : [])
var issuerKeyVaults = union(filter(issuerKeyVaultIds, id => empty(filter(keyVaults, other => other == id))), [])
var allKeyVaults = union(keyVaults, issuerKeyVaults)
var emails = filter(split(replace(alertEmails, ' ', ''), ','), email => !empty(email))

// A resource id is /subscriptions/{2}/resourceGroups/{4}/providers/{6}/{7}/{8}.
var keyVaultUrls = map(allKeyVaults, id => 'https://${split(id, '/')[8]}${environment().suffixes.keyvaultDns}')
var appSubnetId = '${group.id}/providers/Microsoft.Network/virtualNetworks/${prefix}/subnets/app'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: prefix
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: prefix
    applicationInsightsName: prefix
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: storageName
    location: location
    tags: tags
    packageContainer: packageContainer
    principalId: identity.outputs.principalId
    isPrivate: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
}

module trial 'modules/trial.bicep' = if (createTrial) {
  name: 'trial'
  scope: group
  params: {
    vaultName: trialVaultName
    provisioningServiceName: trialDpsName
    hubName: 'iot-${token}'
    location: location
    tags: tags
    hubSku: trialHubSku
    deployerId: deployerId
  }
}

module access 'modules/access.bicep' = {
  name: 'access-${token}'
  params: {
    token: token
    principalId: identity.outputs.principalId
    provisioningServices: provisioningServices
    keyVaults: keyVaults
    issuerKeyVaults: issuerKeyVaults
    customRoles: customRoles
    workspaceId: serviceDiagnostics ? monitoring.outputs.workspaceId : ''
    diagnosticsName: prefix
  }
  dependsOn: [
    trial
  ]
}

module network 'modules/private-network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: prefix
    location: location
    tags: tags
    storageId: storage.outputs.id
    keyVaults: allKeyVaults
    provisioningServices: provisioningServices
  }
  dependsOn: [
    trial
  ]
}

module app 'modules/function-app.bicep' = {
  name: 'app'
  scope: group
  params: {
    name: prefix
    planName: prefix
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    tableEndpoint: storage.outputs.tableEndpoint
    packageContainer: packageContainer
    applicationInsightsConnectionString: monitoring.outputs.connectionString
    workspaceId: monitoring.outputs.workspaceId
    subnetId: privateNetwork ? appSubnetId : ''
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    settings: {
      KEY_VAULT_URLS: join(keyVaultUrls, ',')
      DPS_RESOURCE_IDS: join(provisioningServices, ',')
      MODE: mode
      SCAN_SCHEDULE: scanSchedule
      RENEW_BEFORE: renewBefore
      OVERLAP: overlap
      RETIRE: retire
      ALLOCATION_RULES: allocationRules
      ALLOCATION_WEBHOOK_URL: allocationWebhookUrl
      NOTIFICATION_WEBHOOK_URL: notificationWebhookUrl
      NOTIFICATION_FORMAT: notificationFormat
      NOTIFICATION_EVENTS: notificationEvents
      AZURE_CLIENT_ID: identity.outputs.clientId
      AZURE_RESOURCE_MANAGER_URL: environment().resourceManager
    }
  }
  // Without its storage the app does not start.
  dependsOn: [
    network
  ]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    prefix: prefix
    applicationInsightsId: monitoring.outputs.applicationInsightsId
    emails: emails
    scanWindow: scanWindow
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    name: guid(group.id, 'workbook')
    location: location
    tags: tags
    title: 'DPS certificates (${environmentName})'
    applicationInsightsId: monitoring.outputs.applicationInsightsId
  }
}

@description('Read by azd.')
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = app.outputs.name
output SERVICE_APP_NAME string = app.outputs.name

@description('The webhook that enrollments call, without the key that its URL ends with.')
output WEBHOOK_URL string = 'https://${app.outputs.hostName}/api/allocate'

@description('What stands how; takes a function key.')
output STATUS_URL string = 'https://${app.outputs.hostName}/api/status'

@description('Attaches the enrollment groups of the first DPS; the key goes into the environment, not into the command.')
output ATTACH_COMMAND string = 'ALLOCATION_WEBHOOK_URL="https://${app.outputs.hostName}/api/allocate?code=$(az functionapp function keys list --resource-group ${group.name} --name ${app.outputs.name} --function-name allocate --query default --output tsv)" npm run attach -- --dps ${first(provisioningServices) ?? 'RESOURCE-ID'} --all-groups'
