import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { candidateOf, chooseHub } from '../../shared/allocation/rendezvous.ts';
import type { EnrollmentKind, KeptAttestation } from '../../shared/ports.ts';
import { toPem } from '../../shared/x509/pem.ts';
import { HUBS } from '../support/allocation-builders.ts';
import { caCertificate, testKey } from '../support/ca-certificate.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { groupBody, individualBody } from '../support/webhook-bodies.ts';
import { attestationsKept, callWebhook, type WebhookCall, webhookAnswer } from '../support/webhook-calls.ts';

const [, HUB_B = '', HUB_C = ''] = HUBS;
const RULES = {
  rules: [
    { name: 'recalled', match: { payload: { '/firmware': { equals: '1.0.3' } } }, deny: 'Firmware 1.0.3 is recalled.' },
    {
      name: 'pumps',
      match: { registrationId: 'pump-*' },
      hubs: [HUB_B],
      initialTwin: { tags: { kind: 'pump' } },
      payload: { interval: 60 },
    },
  ],
};

let app: RunningApp;
/** What a device shows; whose it is makes no difference here. */
const der = await caCertificate({ key: testKey('P-256'), subject: 'CN=device-001' });

const call = (body: unknown, init?: WebhookCall) => callWebhook(app, body, init);
const answered = (body: unknown) => webhookAnswer(app, body);
const kept = (kind: EnrollmentKind, id: string) => attestationsKept(app, kind, id);

/** The attestation of one device, once it is in the table. */
function attested(kind: EnrollmentKind, id: string, registrationId: string): Promise<KeptAttestation> {
  return vi.waitFor(
    async () => {
      const found = (await kept(kind, id)).find((each) => each.registrationId === registrationId);
      if (found === undefined) throw new Error(`No attestation of ${registrationId} yet`);
      return found;
    },
    { timeout: 20_000, interval: 100 },
  );
}

const executed = (name: string) => app.log.records.filter(({ message }) => message.startsWith(`Executed ${name}, `));
const queueOf = (name: string) => QueueServiceClient.fromConnectionString(app.storage).getQueueClient(name);

describe('the webhook, before a scan has run and with nothing wrong but the settings of others', () => {
  beforeAll(async () => {
    app = await startRunningApp({
      settings: { KEY_VAULT_URLS: '', DPS_RESOURCE_IDS: 'nonsense', ALLOCATION_RULES: JSON.stringify(RULES) },
    });
  });
  afterAll(() => app?.close());

  it('turns a caller without its key away before anything of the app runs', async () => {
    const before = app.log.records.length;
    for (const query of ['', 'code=', 'code=wrong']) {
      expect((await call('{', { query })).status).toBe(401);
    }
    expect(app.log.records.slice(before)).toEqual([]);
  });

  it.each(['GET', 'PUT', 'DELETE'])('is not there for %s', async (method) => {
    expect((await call('', { method, body: null })).status).toBe(404);
  });

  it('allocates a device of a group, says so, and keeps what it saw', async () => {
    const started = Date.now();
    const { status, body } = await answered(groupBody({ x509: { certificate: toPem(der) } }));
    const hub = chooseHub(
      'device-001',
      HUBS.map((each) => candidateOf(each, 1)),
    );
    expect({ status, body }).toEqual({ status: 200, body: { iotHubHostName: hub } });
    const subject = { registrationId: 'device-001', enrollment: 'line-1', kind: 'group' };
    expect(app.events('device_allocated').at(-1)).toEqual({
      event: 'device_allocated',
      ...subject,
      hub,
      rule: 'default',
      weights: 'absent',
    });
    const attestation = await attested('group', 'line-1', 'device-001');
    expect(attestation).toMatchObject({
      ...subject,
      certificate: der,
      thumbprints: [expect.any(String), expect.any(String)],
    });
    expect(attestation.firstSeen).toEqual(attestation.at);
    expect(attestation.at.getTime()).toBeGreaterThanOrEqual(started);
    expect(attestation.at.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('allocates a device of its own enrollment, by a rule, with twin and payload, and keeps where it was', async () => {
    const body = individualBody({ registrationId: 'pump-1', currentHub: HUB_C });
    expect(await answered(body)).toEqual({
      status: 200,
      body: { iotHubHostName: HUB_B, initialTwin: { tags: { kind: 'pump' } }, payload: { interval: 60 } },
    });
    expect(app.events('device_allocated').at(-1)).toMatchObject({ kind: 'individual', rule: 'pumps', from: HUB_C });
    expect(await attested('individual', 'pump-1', 'pump-1')).toMatchObject({ certificate: undefined, thumbprints: [] });
  });

  it('denies with 400, says why, and takes it for no evidence', async () => {
    const denied = { reason: 'rule-denied', message: 'Firmware 1.0.3 is recalled.' };
    const body = groupBody({ registrationId: 'recalled-1', payload: { firmware: '1.0.3', secret: 'shibboleth' } });
    expect(await answered(body)).toEqual({ status: 400, body: denied });
    const subject = { registrationId: 'recalled-1', enrollment: 'line-1', kind: 'group' };
    expect(app.events('allocation_denied').at(-1)).toEqual({ event: 'allocation_denied', ...subject, ...denied });
    // What comes after it on the queue has been kept.
    await answered(groupBody({ registrationId: 'after-recalled-1' }));
    await attested('group', 'line-1', 'after-recalled-1');
    expect((await kept('group', 'line-1')).map(({ registrationId }) => registrationId)).not.toContain('recalled-1');
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"enrollmentGroup":'],
    ['no object', '[]'],
    ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['nested too deep for anything', '['.repeat(98_304)],
    ['more than 96 KB', JSON.stringify(groupBody({ payload: 'x'.repeat(98_304) }))],
  ])('answers 400 to %s', async (_, body) => {
    expect(await answered(body)).toMatchObject({ status: 400, body: { reason: 'malformed-request' } });
    expect(app.events('allocation_denied').at(-1)).toMatchObject({ reason: 'malformed-request' });
  });

  it('takes 96 KB to the last octet', async () => {
    const body = (length: number) => JSON.stringify(groupBody({ payload: 'x'.repeat(length) }));
    const full = body(96 * 1024 - body(0).length);
    expect(full.length).toBe(96 * 1024);
    expect((await answered(full)).status).toBe(200);
    expect((await answered(`${full} `)).status).toBe(400);
  });

  it('answers 64 devices at once, each as it would alone, and keeps evidence of each', async () => {
    const ids = Array.from({ length: 64 }, (_, index) => `crowd-${index}`);
    const answers = await Promise.all(ids.map((registrationId) => answered(groupBody({ registrationId }))));
    const candidates = HUBS.map((hub) => candidateOf(hub, 1));
    expect(answers).toEqual(ids.map((id) => ({ status: 200, body: { iotHubHostName: chooseHub(id, candidates) } })));
    await Promise.all(ids.map((id) => attested('group', 'line-1', id)));
  });

  it('keeps the later of two registrations', async () => {
    await answered(groupBody({ registrationId: 'again' }));
    const first = await attested('group', 'line-1', 'again');
    await answered(groupBody({ registrationId: 'AGAIN', x509: toPem(der) }));
    const second = await attested('group', 'line-1', 'AGAIN');
    expect(second.certificate).toEqual(der);
    expect(second.firstSeen).toEqual(first.at);
    expect((await kept('group', 'LINE-1')).filter(({ registrationId }) => /again/i.test(registrationId))).toEqual([
      second,
    ]);
  });

  it('refuses a message that is not its own aloud, at the first attempt', async () => {
    const before = executed('attest').length;
    await queueOf('attestations').sendMessage(Buffer.from('{"kind":"group"}').toString('base64'));
    await app.log.until('the end of the run', () => (executed('attest').length > before ? true : undefined));
    expect(executed('attest').at(-1)?.message).toContain('succeeded');
    expect(app.events('attestation_lost')).toMatchObject([{ reason: 'malformed-message' }]);
  });

  it('says what was given up', async () => {
    await queueOf('attestations-poison').createIfNotExists();
    const message = { kind: 'group', enrollment: 'line-1', registrationId: 'lost-1', at: new Date().toISOString() };
    const text = JSON.stringify({ ...message, issuerThumbprints: [], thumbprints: [] });
    await queueOf('attestations-poison').sendMessage(Buffer.from(text).toString('base64'));
    await app.log.line('Executed abandon-attestation, ');
    expect(app.events('attestation_lost').at(-1)).toMatchObject({
      reason: 'attempts-exhausted',
      registrationId: 'lost-1',
      enrollment: 'line-1',
    });
  });

  it('logs no key, no payload and no certificate', () => {
    expect(app.leaks()).toEqual([]);
    expect(app.log.records.filter(({ message }) => /shibboleth|BEGIN CERT|MII/.test(message))).toEqual([]);
  });
});
