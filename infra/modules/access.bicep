// The roles, and their assignment on each vault and DPS: single resources, in whatever resource groups and subscriptions.

targetScope = 'subscription'

@description('Tells the roles of two deployments in one tenant apart.')
param token string

@description('Principal id of the app\'s identity.')
param principalId string

@description('Resource ids.')
param provisioningServices array

@description('Resource ids of the vaults of managed CAs.')
param keyVaults array

@description('Resource ids of the vaults whose CAs only sign.')
param issuerKeyVaults array

@description('False assigns built-in roles, which grant more than is needed.')
param customRoles bool

@description('Log Analytics workspace for the logs of vaults and DPS; empty for none.')
param workspaceId string

param diagnosticsName string

// Built-in roles, for where custom ones cannot be made. docs/security.md says what they grant beyond need.
var contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'
var dpsDataContributor = 'dfce44e4-17b7-4bd1-a6d1-04996ec95633'
var keyVaultCertificatesOfficer = 'a4417e6f-fecd-4de8-b567-7b0420556985'
var keyVaultCryptoUser = '12338af0-0e69-4776-bea7-57ae8d297424'
var keyVaultReader = '21090545-7ca7-4776-b22c-e363652d74d2'

// Names are computed here, so that they are known whether the roles are made or not.
var provisioningServiceRole = guid(subscription().id, token, 'provisioning-service')
var keyVaultRole = guid(subscription().id, token, 'key-vault')
var issuerKeyVaultRole = guid(subscription().id, token, 'issuer-key-vault')
var provisioningServiceRoles = customRoles ? [provisioningServiceRole] : [contributor, dpsDataContributor]
var keyVaultRoles = customRoles ? [keyVaultRole] : [keyVaultCertificatesOfficer, keyVaultCryptoUser]
var issuerKeyVaultRoles = customRoles ? [issuerKeyVaultRole] : [keyVaultReader, keyVaultCryptoUser]

// A resource id is /subscriptions/{2}/resourceGroups/{4}/providers/{6}/{7}/{8}.
var ids = concat(provisioningServices, keyVaults, issuerKeyVaults)
var subscriptions = map(ids, id => toLower('/subscriptions/${split(id, '/')[2]}'))
var ownSubscription = toLower(subscription().id)

module roles 'roles.bicep' = if (customRoles) {
  name: 'roles-${token}'
  params: {
    provisioningServiceRole: provisioningServiceRole
    keyVaultRole: keyVaultRole
    issuerKeyVaultRole: issuerKeyVaultRole
    token: token
    assignableScopes: union([ownSubscription], subscriptions)
  }
}

module provisioningServiceAccess 'provisioning-service-access.bicep' = [for id in provisioningServices: {
  name: 'dps-access-${uniqueString(id, token)}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    provisioningServiceName: split(id, '/')[8]
    principalId: principalId
    roles: provisioningServiceRoles
    workspaceId: workspaceId
    diagnosticsName: diagnosticsName
  }
  dependsOn: [
    roles
  ]
}]

module keyVaultAccess 'key-vault-access.bicep' = [for id in keyVaults: {
  name: 'vault-access-${uniqueString(id, token)}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    vaultName: split(id, '/')[8]
    principalId: principalId
    roles: keyVaultRoles
    workspaceId: workspaceId
    diagnosticsName: diagnosticsName
  }
  dependsOn: [
    roles
  ]
}]

module issuerKeyVaultAccess 'key-vault-access.bicep' = [for id in issuerKeyVaults: {
  name: 'issuer-access-${uniqueString(id, token)}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    vaultName: split(id, '/')[8]
    principalId: principalId
    roles: issuerKeyVaultRoles
    workspaceId: workspaceId
    diagnosticsName: diagnosticsName
  }
  dependsOn: [
    roles
  ]
}]
