// What the app is given on one vault, which may be in any resource group and subscription. The vault must use Azure RBAC;
// where access policies decide, role assignments have no effect.

param vaultName string

@description('Principal id of the app\'s identity.')
param principalId string

@description('Names (GUIDs) of the role definitions to assign.')
param roles array

@description('Log Analytics workspace for the audit log of the vault; empty for none.')
param workspaceId string

@description('Name of the diagnostic setting: a resource may have several, of different owners.')
param diagnosticsName string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  name: guid(vault.id, principalId, role)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceId)) {
  name: diagnosticsName
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}
