// What the app may do, and nothing else; docs/security.md has the same list, and a test compares both with the calls
// that the app really makes. Whoever deploys this needs Microsoft.Authorization/roleDefinitions/write in every
// subscription that holds a vault or a DPS.

targetScope = 'subscription'

@description('Names (GUIDs) of the three role definitions.')
param provisioningServiceRole string
param keyVaultRole string
param issuerKeyVaultRole string

@description('Tells the roles of two deployments in one tenant apart: their display names must be unique there.')
param token string

@description('Subscriptions, as resource ids, in which the roles are assigned.')
param assignableScopes array

resource provisioningService 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: provisioningServiceRole
  properties: {
    roleName: 'DPS certificate lifecycle: provisioning service (${token})'
    description: 'Uploads, proves and retires CA certificates of a DPS, and moves its enrollments to them.'
    type: 'CustomRole'
    assignableScopes: assignableScopes
    permissions: [
      {
        actions: [
          // Its state, its service API's address, its linked hubs and their weights.
          'Microsoft.Devices/provisioningServices/read'
          // Which CA certificates it holds, whether they are verified, and their ETags.
          'Microsoft.Devices/provisioningServices/certificates/read'
          // Upload of a new version.
          'Microsoft.Devices/provisioningServices/certificates/write'
          // Proof of possession: the code to sign.
          'Microsoft.Devices/provisioningServices/certificates/generateVerificationCode/action'
          // Proof of possession: the signed code.
          'Microsoft.Devices/provisioningServices/certificates/verify/action'
          // Retirement of an old version that nothing refers to any more.
          'Microsoft.Devices/provisioningServices/certificates/delete'
        ]
        notActions: []
        dataActions: [
          // Which enrollment groups refer to a CA.
          'Microsoft.Devices/provisioningServices/enrollmentGroups/read'
          // Moving them to the new version, and off the old one.
          'Microsoft.Devices/provisioningServices/enrollmentGroups/write'
          // The same of individual enrollments.
          'Microsoft.Devices/provisioningServices/enrollments/read'
          'Microsoft.Devices/provisioningServices/enrollments/write'
          // Which devices have registered, and when: with RETIRE=unused, and after an expiry.
          'Microsoft.Devices/provisioningServices/registrationStates/read'
        ]
        notDataActions: []
      }
    ]
  }
}

resource keyVault 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: keyVaultRole
  properties: {
    roleName: 'DPS certificate lifecycle: vault of managed CAs (${token})'
    description: 'Renews CA certificates in a vault and signs with their keys.'
    type: 'CustomRole'
    assignableScopes: assignableScopes
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          // Lists the certificates, reads their versions, policies and pending requests.
          'Microsoft.KeyVault/vaults/certificates/read'
          // Requests a new version, and merges its certificate.
          'Microsoft.KeyVault/vaults/certificates/create/action'
          // Gives up a request that was overtaken; tags; for a root with a new key: policy, disabling the seed.
          'Microsoft.KeyVault/vaults/certificates/update/action'
          // Signs certificates and proofs of possession; the key stays where it is.
          'Microsoft.KeyVault/vaults/keys/sign/action'
        ]
        notDataActions: []
      }
    ]
  }
}

resource issuerKeyVault 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: issuerKeyVaultRole
  properties: {
    roleName: 'DPS certificate lifecycle: vault of issuers (${token})'
    description: 'Signs with the keys of CAs that it does not renew.'
    type: 'CustomRole'
    assignableScopes: assignableScopes
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          // Finds the issuer by the signature that its key verifies.
          'Microsoft.KeyVault/vaults/certificates/read'
          // Signs the certificates of subordinate CAs.
          'Microsoft.KeyVault/vaults/keys/sign/action'
        ]
        notDataActions: []
      }
    ]
  }
}
