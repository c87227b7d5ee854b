// What the app is given on one DPS, which may be in any resource group and subscription.

param provisioningServiceName string

@description('Principal id of the app\'s identity.')
param principalId string

@description('Names (GUIDs) of the role definitions to assign.')
param roles array

@description('Log Analytics workspace for the logs of the DPS; empty for none.')
param workspaceId string

@description('Name of the diagnostic setting: a resource may have several, of different owners.')
param diagnosticsName string

resource provisioningService 'Microsoft.Devices/provisioningServices@2022-12-12' existing = {
  name: provisioningServiceName
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  name: guid(provisioningService.id, principalId, role)
  scope: provisioningService
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceId)) {
  name: diagnosticsName
  scope: provisioningService
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'DeviceOperations'
        enabled: true
      }
      {
        category: 'ServiceOperations'
        enabled: true
      }
    ]
  }
}
