import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HUBS } from '../support/allocation-builders.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { groupBody } from '../support/webhook-bodies.ts';
import { attestationsKept, callWebhook, webhookAnswer } from '../support/webhook-calls.ts';

const [, , HUB_C = ''] = HUBS;
/** Port 9 of loopback: discard, which no machine serves any more. */
const NOBODY = 'http://127.0.0.1:9/devstoreaccount1';

let app: RunningApp;
const answered = (body: unknown) => webhookAnswer(app, body);

const FAULTY = {
  rules: [
    { name: 'a', macht: {} },
    { name: 'a', hubs: [] },
  ],
};

describe('the webhook with rules that have faults', () => {
  beforeAll(async () => {
    const rules = [{ name: 'good', hubs: [HUB_C] }];
    app = await startRunningApp({ settings: { ALLOCATION_RULES: JSON.stringify({ rules }) } });
  });
  afterAll(() => app?.close());

  it('allocates by no default what good rules allocated before: it answers 503 and names all faults', async () => {
    // By the default rule this device goes elsewhere.
    const body = groupBody({ registrationId: 'device-005' });
    expect(await answered(body)).toEqual({ status: 200, body: { iotHubHostName: HUB_C } });
    // What the webhook has seen is kept by another function, which is soon there.
    const attested = await vi.waitFor(
      async () => {
        const kept = await attestationsKept(app, 'group', 'line-1');
        expect(kept).toHaveLength(1);
        return kept;
      },
      { timeout: 20_000 },
    );
    await app.stop();
    await app.start({ ALLOCATION_RULES: JSON.stringify(FAULTY) });
    for (const request of [body, groupBody({ registrationId: 'device-006' })]) {
      expect(await answered(request)).toMatchObject({ status: 503, body: { reason: 'settings-invalid' } });
    }
    const faults = [
      expect.stringMatching(/^ALLOCATION_RULES: rules\[0\]\.macht: /),
      expect.stringMatching(/^ALLOCATION_RULES: rules\[1\]\.hubs: /),
      expect.stringMatching(/^ALLOCATION_RULES: rules\[1\]\.name: /),
    ];
    const said = { event: 'settings_invalid', faults };
    expect(app.events('settings_invalid')).toEqual([said, said]);
    expect(app.events('device_allocated')).toMatchObject([{ rule: 'good', hub: HUB_C }]);
    expect(await attestationsKept(app, 'group', 'line-1')).toEqual(attested);
  });

  it.each([
    ['host.json', /^ALLOCATION_RULES: version: is not known here/],
    [
      'no-such-rules.json',
      /^ALLOCATION_RULES: cannot read the file 'no-such-rules\.json' in the app's folder \(ENOENT\)/,
    ],
    ['AccountKey=secret==', /^ALLOCATION_RULES: cannot read a file \(19 characters\)/],
  ])('takes what is no JSON for a file in the folder of the app: %s', async (file, fault) => {
    await app.stop();
    await app.start({ ALLOCATION_RULES: file });
    const before = app.events('settings_invalid').length;
    expect((await answered(groupBody())).status).toBe(503);
    expect(app.events('settings_invalid').slice(before)[0]?.faults[0]).toMatch(fault);
  });

  it('keeps nobody else from their work', async () => {
    expect(await app.scan()).toMatchObject({ managed: 2, failures: [] });
  });
});

describe('the webhook after a scan', () => {
  const WEIGHTS = { 'hub-heavy': 1, 'hub-empty': 0 };
  const hubs = Object.keys(WEIGHTS).map((name) => `${name}.azure-devices.net`);
  beforeAll(async () => {
    app = await startRunningApp({
      seed: {
        version: 1,
        vaults: [{ name: 'kv-1' }],
        provisioningServices: [
          { name: 'dps-1', hubs: Object.entries(WEIGHTS).map(([name, weight]) => ({ name, weight })) },
        ],
      },
    });
  });
  afterAll(() => app?.close());

  const allocate = async () => {
    const ids = Array.from({ length: 16 }, (_, index) => `device-${index}`);
    const answers = await Promise.all(
      ids.map((registrationId) => answered(groupBody({ registrationId, linkedHubs: hubs }))),
    );
    return new Set(answers.map(({ body }) => (body as { iotHubHostName: string }).iotHubHostName));
  };

  it('heeds the weights of the DPS', async () => {
    expect(await allocate()).toEqual(new Set(hubs));
    await app.scan();
    expect(await allocate()).toEqual(new Set(['hub-heavy.azure-devices.net']));
    expect(app.events('device_allocated').at(-1)).not.toHaveProperty('weights');
  });

  it('goes on with equal weights where they are not what a scan writes, and says so', async () => {
    const blob = BlobServiceClient.fromConnectionString(app.storage).getContainerClient('status');
    await blob.getBlockBlobClient('hubs.json').upload('{"at":', 6);
    expect(await allocate()).toEqual(new Set(hubs));
    expect(app.events('device_allocated').at(-1)).toMatchObject({ weights: 'unreadable' });
  });

  it('is mended by the next scan', async () => {
    expect(await app.scan()).toMatchObject({ failures: [] });
    expect(await allocate()).toEqual(new Set(['hub-heavy.azure-devices.net']));
  });

  it.each([
    ['refuses the key', (storage: string) => storage.replace(/AccountKey=[^;]+/, `AccountKey=${btoa('wrong')}`)],
    [
      'cannot be reached for blobs',
      (storage: string) => storage.replace(/BlobEndpoint=[^;]+/, `BlobEndpoint=${NOBODY}`),
    ],
    [
      'cannot be reached for queues',
      (storage: string) => storage.replace(/QueueEndpoint=[^;]+/, `QueueEndpoint=${NOBODY}`),
    ],
  ])('fails where the storage %s, so that DPS asks again', async (_, broken) => {
    await app.stop();
    await app.start({ AzureWebJobsStorage: broken(app.storage) });
    const { status } = await callWebhook(app, groupBody());
    expect(status).toBeGreaterThanOrEqual(500);
    expect(app.leaks()).toEqual([]);
  });
});
