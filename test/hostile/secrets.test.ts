import { inspect } from 'node:util';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeedInput } from '../../local/emulator/seed.ts';
import { endState } from '../support/end-state.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { secretsIn } from '../support/secrets-in.ts';
import { secretsInEmulator } from '../support/secrets-in-emulator.ts';
import { callWebhook } from '../support/webhook-calls.ts';

// Everything that the app says, to whomever, while all goes well and while all goes wrong; and every secret that there
// was. What a service answers, what somebody puts on a queue or into a setting may hold keys, too.

const PASSED = 'p4ssed-by-somebody-else-0123456789+/=';
const NOTIFIED = 'n0tific4tion-p4th';
const KEYS = {
  primaryKey: Buffer.alloc(64, 7).toString('base64'),
  secondaryKey: Buffer.alloc(64, 9).toString('base64'),
};
const WEBHOOK = { webhookUrl: 'https://func.example/api/allocate?code=w3bh00k-k3y' };

const SEED: SeedInput = {
  version: 1,
  vaults: [
    {
      name: 'kv-1',
      certificates: [
        { name: 'root', subject: 'CN=Root', key: 'P-256', notBefore: '-P5Y', notAfter: 'P15Y' },
        ...['plant-a', 'plant-b', 'plant-c'].map((name) => ({
          name,
          subject: `CN=${name}`,
          key: 'P-256' as const,
          issuer: { vault: 'kv-1', name: 'root' },
          notBefore: '-P670D',
          notAfter: 'P60D',
        })),
      ],
    },
  ],
  provisioningServices: [
    {
      name: 'dps-1',
      hubs: [{ name: 'hub-1' }],
      certificates: ['plant-a', 'plant-b', 'plant-c'].map((name) => ({
        name,
        certificate: { vault: 'kv-1', name },
        verified: true,
      })),
      enrollmentGroups: [
        { id: 'keys', symmetricKey: KEYS },
        ...['plant-a', 'plant-b', 'plant-c'].map((name) => ({
          id: `g-${name}`,
          caReferences: { primary: name },
          ...WEBHOOK,
        })),
      ],
    },
  ],
};

let app: RunningApp;
/** All that anybody was told, but for the log and telemetry, which the app's own `leaks` looks through. */
const told: unknown[] = [];
const settings = () => ({
  NOTIFICATION_WEBHOOK_URL: `https://127.0.0.1:9/${NOTIFIED}?sig=${encodeURIComponent(PASSED)}`,
  APPLICATIONINSIGHTS_CONNECTION_STRING: app.emulator.description.applicationInsights.connectionString,
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
});

beforeAll(async () => {
  app = await startRunningApp({ seed: SEED });
  await app.stop();
  await app.start(settings());
});
afterAll(() => app?.close());

/** Whatever was said so far that gives something away. Each test leaves this empty. */
function given(): unknown[] {
  const others = [PASSED, NOTIFIED, 'w3bh00k-k3y', KEYS.primaryKey, KEYS.secondaryKey];
  const secrets = [...secretsInEmulator(app.emulator), ...Object.values(app.host().keys.functions), ...others];
  const said = [...app.log.records, ...app.emulator.telemetry.envelopes(), ...told];
  return [...app.leaks(), ...secretsIn(said, secrets)];
}

const tell = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${app.host().url}${path}`, { redirect: 'manual', ...init });
  told.push({ status: response.status, headers: [...response.headers], body: await response.text() });
  return response.status;
};
const keyed = (name: string): RequestInit => ({
  headers: { 'x-functions-key': app.host().keys.functions[name] ?? '' },
});
const versions = (ca: string) => endState(app.emulator).vaults[`kv-1/${ca}`]?.length;

describe('nothing that the app says holds a secret', () => {
  it('while a CA is renewed', async () => {
    await app.send({ vaultUrl: app.emulator.description.keyVaults[0]?.url, name: 'plant-a' });
    await app.queueEmpty();
    expect(versions('plant-a')).toBe(2);
    expect(app.events('notification_lost').length).toBeGreaterThan(0);
    expect(app.emulator.telemetry.envelopes().length).toBeGreaterThan(0);
    expect(given()).toEqual([]);
  });

  it('while every service fails in every way', async () => {
    const effects = [
      { status: 500 },
      { status: 403 },
      { expireToken: true },
      { truncate: true },
      { drop: 'after' },
    ] as const;
    for (const service of ['keyVault', 'resourceManager', 'enrollments', 'identity'] as const) {
      // A process that has its tokens asks for none.
      if (service === 'identity') {
        await app.stop();
        await app.start(settings());
      }
      app.emulator.clearRequests();
      app.emulator.setFaults(effects.map((effect, index) => ({ service, skip: index * 4, times: 3, effect })));
      await app.send({ vaultUrl: app.emulator.description.keyVaults[0]?.url, name: 'plant-b' });
      await app.queueEmpty();
      const faulted = app.emulator
        .requests()
        .filter((request) => request.service === service && request.status === 500);
      expect([service, faulted.length]).toEqual([service, 3]);
      app.emulator.clearFaults();
    }
    expect(app.log.records.some(({ level }) => level === 'error' || level === 'warning')).toBe(true);
    expect(given()).toEqual([]);
  }, 180_000);

  it('while somebody puts secrets on its queues', async () => {
    const messages = [
      PASSED,
      { vaultUrl: `https://x.example/?sig=${PASSED}`, name: 'a' },
      { [PASSED]: 1 },
      { name: PASSED },
    ];
    for (const message of messages) await app.send(message);
    const attestations = QueueServiceClient.fromConnectionString(app.storage).getQueueClient('attestations');
    for (const message of [PASSED, JSON.stringify({ [PASSED]: PASSED, registrationId: PASSED })]) {
      await attestations.sendMessage(Buffer.from(message).toString('base64'));
    }
    await app.queueEmpty();
    expect(app.events('renewal_refused').length).toBeGreaterThanOrEqual(messages.length);
    expect(given()).toEqual([]);
  });

  it('while DPS and strangers call its webhook', async () => {
    for (const body of [
      { secret: PASSED },
      PASSED,
      { deviceRuntimeContext: { symmetricKey: KEYS, payload: PASSED } },
    ]) {
      for (const query of [undefined, '?code=wrong', '']) {
        const response = await callWebhook(app, body, query === undefined ? {} : { query });
        told.push(await response.text());
      }
    }
    expect(given()).toEqual([]);
  });

  it('on its pages, and where somebody asks for a renewal', async () => {
    await app.scan();
    expect(await tell('/api/status', keyed('status'))).toBe(200);
    expect(await tell('/api/status?format=json', keyed('status'))).toBe(200);
    await tell(`/api/status?code=${app.host().keys.functions.status}&dps=${PASSED}`);
    for (const body of [
      PASSED,
      { ca: PASSED },
      { ca: 'plant-c', vault: `https://x.example/?sig=${PASSED}` },
      { ca: 'plant-c' },
    ]) {
      await tell('/api/renew', { method: 'POST', ...keyed('renew-now'), body: JSON.stringify(body) });
    }
    await app.queueEmpty();
    // What somebody sends is shown to that very person: the page and the answer alone may hold it.
    expect(versions('plant-c')).toBe(2);
    expect(given().filter((each) => !told.includes(each))).toEqual([]);
  });

  it('while its settings are secrets in the wrong places', async () => {
    await app.stop();
    const sas = `https://account.blob.example/?sv=1&sig=${PASSED}`;
    await app.start({
      ...settings(),
      KEY_VAULT_URLS: `${sas},AccountKey=${PASSED}`,
      DPS_RESOURCE_IDS: `HostName=x;SharedAccessKey=${PASSED}`,
      SCAN_SCHEDULE: PASSED,
      RENEW_BEFORE: PASSED,
      RETIRE: PASSED,
      ALLOCATION_RULES: `{"rules":[{"hubs":"${PASSED}"}]}`,
      ALLOCATION_WEBHOOK_URL: `http://func.example/?code=${PASSED}`,
      NOTIFICATION_FORMAT: PASSED,
      AZURE_RESOURCE_MANAGER_URL: sas,
    });
    await app.host().trigger('scan');
    await app.log.line('settings_invalid');
    await callWebhook(app, { enrollmentGroup: {}, linkedHubs: [] });
    expect(given().filter((each) => !told.includes(each))).toEqual([]);
  });
});

it('an error of an SDK shows no token, however it is printed', async () => {
  const { createKeyVault } = await import('../../shared/azure/key-vault.ts');
  const { startStubDps } = await import('../support/stub-dps.ts');
  const stub = await startStubDps();
  try {
    for (const status of [400, 401, 403, 404, 409]) {
      stub.answer(({ headers }) =>
        headers.authorization
          ? { status, text: '{"error":{"code":"x","message":"y"}}', headers: { 'retry-after': '0' } }
          : {
              status: 401,
              headers: {
                'www-authenticate':
                  'Bearer authorization="https://login.example/t", resource="https://vault.azure.net"',
              },
            },
      );
      const error: unknown = await createKeyVault(`https://${stub.host}`, stub.credential)
        .list()
        .catch((thrown) => thrown);
      const printed = [
        String(error),
        inspect(error, { depth: 20 }),
        JSON.stringify(error),
        (error as Error).stack ?? '',
      ];
      expect(secretsIn(printed, ['stub-token'])).toEqual([]);
    }
  } finally {
    await stub.close();
  }
});
