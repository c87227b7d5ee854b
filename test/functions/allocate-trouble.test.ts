import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { groupBody } from '../support/webhook-bodies.ts';
import { attestationsKept, callWebhook, webhookAnswer } from '../support/webhook-calls.ts';

let app: RunningApp;
const answered = (body: unknown) => webhookAnswer(app, body);

describe('the webhook with rules that have faults', () => {
  beforeAll(async () => {
    app = await startRunningApp({
      settings: {
        ALLOCATION_RULES: JSON.stringify({
          rules: [
            { name: 'a', macht: {} },
            { name: 'a', hubs: [] },
          ],
        }),
      },
    });
  });
  afterAll(() => app?.close());

  it('answers 503 and names all of them', async () => {
    expect(await answered(groupBody())).toMatchObject({ status: 503, body: { reason: 'settings-invalid' } });
    expect(app.events('settings_invalid')).toEqual([
      {
        event: 'settings_invalid',
        faults: [
          expect.stringMatching(/^ALLOCATION_RULES: rules\[0\]\.macht: /),
          expect.stringMatching(/^ALLOCATION_RULES: rules\[1\]\.hubs: /),
          expect.stringMatching(/^ALLOCATION_RULES: rules\[1\]\.name: /),
        ],
      },
    ]);
    expect(app.events('device_allocated')).toEqual([]);
    expect(await attestationsKept(app, 'group', 'line-1')).toEqual([]);
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

  it('fails where the storage does, so that DPS asks again', async () => {
    await app.stop();
    await app.start({ AzureWebJobsStorage: app.storage.replace(/AccountKey=[^;]+/, `AccountKey=${btoa('wrong')}`) });
    expect((await callWebhook(app, groupBody())).status).toBe(500);
    expect(app.leaks()).toEqual([]);
  });
});
