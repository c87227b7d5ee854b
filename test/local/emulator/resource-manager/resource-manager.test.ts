import { describe, expect, it } from 'vitest';
import { buildResourceManager, SERVICE_PATH, SUBSCRIPTION } from './build-resource-manager.ts';

const GROUP_PATH = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-1`;
const SERVICES = 'providers/Microsoft.Devices/provisioningServices';

const DPS_RESOURCE = {
  etag: 'AAAAAA/P24M=',
  name: 'dps-1',
  location: 'westus',
  properties: {
    state: 'Active',
    provisioningState: 'Succeeded',
    iotHubs: [
      {
        applyAllocationPolicy: true,
        allocationWeight: 3,
        name: 'hub-1.azure-devices.net',
        connectionString: 'HostName=hub-1.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=****',
        location: 'westeurope',
      },
    ],
    allocationPolicy: 'Hashed',
    serviceOperationsHostName: 'localhost:1001',
    deviceProvisioningHostName: 'localhost:1002',
    idScope: '0ne005CB7A6',
  },
  resourcegroup: 'rg-1',
  type: 'Microsoft.Devices/provisioningServices',
  id: SERVICE_PATH,
  subscriptionid: SUBSCRIPTION,
  tags: {},
  sku: { name: 'S1', tier: 'Standard', capacity: 1 },
};

describe('the DPS resource', () => {
  it('reads as recorded from Azure', async () => {
    expect(await buildResourceManager().call('GET', SERVICE_PATH)).toMatchObject({ status: 200 });
    expect((await buildResourceManager().call('GET', SERVICE_PATH)).body).toStrictEqual(DPS_RESOURCE);
  });

  it('shows the state it was switched to', async () => {
    const rm = buildResourceManager();
    rm.dps.state = 'FailingOver';
    expect((await rm.call('GET', SERVICE_PATH)).body).toMatchObject({ properties: { state: 'FailingOver' } });
  });

  it.each([`/subscriptions/${SUBSCRIPTION}/${SERVICES}`, `${GROUP_PATH}/${SERVICES}`])(
    'is listed at %s',
    async (path) => {
      expect((await buildResourceManager().call('GET', path)).body).toStrictEqual({ value: [DPS_RESOURCE] });
    },
  );

  it('is found in any case, with or without a slash at the end', async () => {
    const path = `${SERVICE_PATH.toUpperCase()}/`;
    expect((await buildResourceManager().call('GET', path)).body).toStrictEqual(DPS_RESOURCE);
  });

  it('gives its shared access keys to whoever may ask for them', async () => {
    const rm = buildResourceManager();
    const { body } = await rm.call('POST', `${SERVICE_PATH}/listkeys`);
    expect(body).toStrictEqual({ value: rm.dps.policies });
    const one = await rm.call('POST', `${SERVICE_PATH}/keys/provisioningserviceowner/listkeys`);
    expect(one.body).toStrictEqual(rm.dps.policies[0]);
    expect((await rm.call('POST', `${SERVICE_PATH}/keys/nobody/listkeys`)).status).toBe(404);
  });
});

describe('subscriptions and resource groups', () => {
  it('lists the one subscription with what az login wants of it', async () => {
    const { body } = await buildResourceManager().call('GET', '/subscriptions', { apiVersion: '2019-11-01' });
    const subscription = {
      id: `/subscriptions/${SUBSCRIPTION}`,
      subscriptionId: SUBSCRIPTION,
      tenantId: 'tenant-1',
      displayName: 'Emulator',
      state: 'Enabled',
    };
    expect(body).toMatchObject({ value: [subscription] });
  });

  it.each([`/subscriptions/${SUBSCRIPTION}`, GROUP_PATH, `/subscriptions/${SUBSCRIPTION}/resourcegroups`])(
    'answers GET %s',
    async (path) => {
      expect((await buildResourceManager().call('GET', path, { apiVersion: '2021-04-01' })).status).toBe(200);
    },
  );
});

describe('what is not there', () => {
  const cases: [string, string, string, number, string][] = [
    ['another subscription', 'GET', '/subscriptions/sub-2', 404, 'SubscriptionNotFound'],
    [
      'another resource group',
      'GET',
      `/subscriptions/sub-1/resourceGroups/rg-2/${SERVICES}`,
      404,
      'ResourceGroupNotFound',
    ],
    ['another DPS', 'GET', `${GROUP_PATH}/${SERVICES}/dps-2`, 404, 'ResourceNotFound'],
    ['certificates of another DPS', 'GET', `${GROUP_PATH}/${SERVICES}/dps-2/certificates`, 404, 'ResourceNotFound'],
    ['another resource provider', 'GET', `${GROUP_PATH}/providers/Microsoft.Web/sites`, 404, 'ResourceNotFound'],
    ['deleting a DPS', 'DELETE', SERVICE_PATH, 405, 'MethodNotAllowed'],
  ];
  it.each(cases)('is an error in the form of ARM: %s', async (_, method, path, status, code) => {
    const response = await buildResourceManager().call(method, path);
    expect(response).toStrictEqual({ status, body: { error: { code, message: expect.any(String) } } });
  });

  it('is an error in the form of the resource provider for a certificate', async () => {
    const response = await buildResourceManager().call('GET', 'certificates/nobody');
    expect(response).toMatchObject({ status: 404, body: { code: 404001, httpStatusCode: 'NotFound' } });
  });
});

describe('the api-version', () => {
  const cases: [string | null, string][] = [
    [null, 'MissingApiVersionParameter'],
    ['', 'MissingApiVersionParameter'],
    ['2020-02-02', 'InvalidApiVersionParameter'],
    ['latest', 'InvalidApiVersionParameter'],
  ];
  it.each(cases)('%j is refused with %s', async (apiVersion, code) => {
    const response = await buildResourceManager().call('GET', SERVICE_PATH, { apiVersion });
    expect(response).toMatchObject({ status: 400, body: { error: { code } } });
  });
});

describe('headers', () => {
  const limit = 'x-ms-ratelimit-remaining-subscription';
  it.each([
    { method: 'GET', path: 'certificates', kinds: [] },
    { method: 'DELETE', path: 'certificates/x', kinds: ['deletes', 'global-deletes'] },
    { method: 'POST', path: 'listkeys', kinds: ['writes', 'global-writes'] },
  ])('of $method tell the rate limits $kinds', async ({ method, path, kinds }) => {
    const { headers = {} } = await buildResourceManager().call(method, path);
    expect(headers['x-content-type-options']).toBe('nosniff');
    const told = Object.keys(headers).filter((name) => name.startsWith(limit));
    expect(told).toStrictEqual(kinds.map((kind) => `${limit}-${kind}`));
  });
});

describe('authentication', () => {
  it('accepts its own address and that of public Azure, each with and without a slash', () => {
    expect(buildResourceManager().resourceManager.audiences).toStrictEqual([
      'https://management.azure.com',
      'https://management.azure.com/',
      'https://localhost:1000',
      'https://localhost:1000/',
    ]);
  });

  it.each([
    [undefined, 'AuthenticationFailed'],
    ['Bearer nonsense', 'InvalidAuthenticationToken'],
  ])('answers the authorization %j with 401 and where to get a token', (authorization, code) => {
    const { resourceManager } = buildResourceManager();
    const url = new URL('https://localhost:1000/subscriptions');
    const response = resourceManager.unauthorized({ method: 'GET', url, headers: { authorization }, body: undefined });
    expect(response).toMatchObject({ status: 401, body: { error: { code } } });
    expect(response.headers?.['www-authenticate']).toContain('authorization_uri="https://localhost:999/tenant-1"');
  });
});
