import type { ServiceResponse } from '../service.ts';

interface Account {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly resourceGroup: string;
}

/** az asks this at `az login`: without a subscription in the answer it refuses to go on. */
export function listSubscriptions(account: Account): ServiceResponse {
  return { status: 200, body: { value: [toSubscription(account)], count: { type: 'Total', value: 1 } } };
}

export function getSubscription(account: Account): ServiceResponse {
  return { status: 200, body: toSubscription(account) };
}

export function listResourceGroups(account: Account): ServiceResponse {
  return { status: 200, body: { value: [toResourceGroup(account)] } };
}

export function getResourceGroup(account: Account): ServiceResponse {
  return { status: 200, body: toResourceGroup(account) };
}

function toSubscription({ subscriptionId, tenantId }: Account): object {
  return {
    id: `/subscriptions/${subscriptionId}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId,
    tenantId,
    displayName: 'Emulator',
    state: 'Enabled',
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
  };
}

function toResourceGroup({ subscriptionId, resourceGroup }: Account): object {
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
    name: resourceGroup,
    type: 'Microsoft.Resources/resourceGroups',
    location: 'westeurope',
    properties: { provisioningState: 'Succeeded' },
  };
}
