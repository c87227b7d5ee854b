import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accepted, callsSince } from '../support/accepted-calls.ts';
import { type EndState, endState } from '../support/end-state.ts';
import { isWrite } from '../support/is-write.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What one renewal may cost: authenticated requests to the resource manager, the vaults and DPS. */
const MOST_CALLS = 30;

describe('a subordinate CA that is due, from timer to proof of possession', () => {
  let app: RunningApp;
  let before: EndState;
  let after: EndState;
  let renewalId: string;

  beforeAll(async () => {
    app = await startRunningApp();
    before = endState(app.emulator);
    await app.scan();
    const settled = await app.log.until('renewal_settled', () => app.events('renewal_settled')[0]);
    await app.queueEmpty();
    renewalId = settled.renewalId;
    after = endState(app.emulator);
  });
  afterAll(() => app?.close());

  const versions = (state: EndState, ca: string) => state.vaults[`kv-fleet/${ca}`] ?? [];
  const entries = (state: EndState) => state.services['dps-fleet'] ?? [];
  const dps = () => app.emulator.description.provisioningServices[0]?.resourceId;
  const vault = () => app.emulator.description.keyVaults.find(({ name }) => name === 'kv-fleet')?.url;
  const newEntry = () => `plant-a-ca-${versions(after, 'plant-a-ca')[1]?.thumbprint}`;

  it('scans: two managed, one to renew, one partner’s CA that nobody renews', () => {
    expect(app.events('scan_completed')).toEqual([
      {
        event: 'scan_completed',
        managed: 2,
        renewing: [{ vault: vault(), ca: 'plant-a-ca' }],
        due: [
          {
            vault: vault(),
            ca: 'plant-a-ca',
            since: expect.stringMatching(/^20\d\d-.*Z$/),
            notAfter: expect.stringMatching(/^20\d\d-.*Z$/),
          },
        ],
        mode: 'enforce',
        waiting: 1,
        refused: 0,
        unmanaged: 1,
        failures: [],
        durationMs: expect.any(Number),
      },
    ]);
    const legacy = entries(before).find(({ name }) => name === 'legacy-partner-ca');
    expect(app.events('certificate_unmanaged')).toEqual([
      {
        event: 'certificate_unmanaged',
        dps: dps(),
        entry: 'legacy-partner-ca',
        thumbprint: legacy?.thumbprint,
        notAfter: legacy?.notAfter,
      },
    ]);
  });

  it('says what it did, step by step, under the id of the message', () => {
    const [, issued] = versions(after, 'plant-a-ca');
    const common = { renewalId, ca: 'plant-a-ca', vault: vault() };
    const { thumbprint, notAfter } = issued ?? {};
    const entry = { dps: dps(), entry: newEntry(), thumbprint };
    const said = app.eventsOf(renewalId);
    const isMove = ({ event }: { event: string }) => event === 'enrollment_moved';
    // Between the proof and the end, in whatever order the enrollments come.
    expect(said.map(isMove)).toEqual([false, false, false, false, true, true, true, false, false]);
    const byName = said
      .filter(isMove)
      .sort((a, b) => ('enrollment' in a && 'enrollment' in b && a.enrollment > b.enrollment ? 1 : -1));
    const moved = {
      event: 'enrollment_moved',
      ...common,
      step: 'move',
      reason: 'reference-behind',
      dps: dps(),
      thumbprint,
    };
    expect(byName).toEqual([
      { ...moved, kind: 'individual', enrollment: 'a-gateway' },
      { ...moved, kind: 'group', enrollment: 'a-line-1' },
      { ...moved, kind: 'group', enrollment: 'a-packaging' },
    ]);
    expect(said.filter((event) => !isMove(event))).toEqual([
      { event: 'certificate_requested', ...common, step: 'request', reason: 'window-open', key: 'new' },
      {
        event: 'certificate_issued',
        ...common,
        step: 'issue',
        reason: 'request-pending',
        thumbprint,
        notAfter,
        issuer: 'fleet-root',
      },
      { event: 'certificate_uploaded', ...common, step: 'upload', reason: 'entry-missing', ...entry },
      { event: 'possession_proven', ...common, step: 'prove', reason: 'entry-unverified', ...entry },
      { event: 'certificate_trusted', ...common, version: issued?.version, thumbprint, notAfter },
      {
        event: 'renewal_settled',
        ...common,
        steps: ['request', 'issue', 'upload', 'prove', 'move'],
        waits: [
          { lane: 'vault', reason: 'not-due', until: expect.stringMatching(/^\d{4}-/) },
          {
            lane: dps(),
            reason: 'older-unexpired',
            until: expect.stringMatching(/^\d{4}-/),
            detail: expect.stringMatching(/^3 enrollments: /),
          },
        ],
        thumbprint,
        notAfter,
        durationMs: expect.any(Number),
      },
    ]);
    expect(app.events('certificate_trusted')).toHaveLength(1);
    const message = app.log.records.find(({ message: text }) => text.startsWith('Executing renew '));
    expect(message?.message).toContain(`message ${renewalId} of renewals, dequeue count 1`);
  });

  it('leaves a new generation beside the old one in the vault, signed by the root', () => {
    const [old, issued, ...more] = versions(after, 'plant-a-ca');
    expect(more).toEqual([]);
    expect(old).toEqual(versions(before, 'plant-a-ca')[0]);
    const certificate = new X509Certificate(issued?.der ?? '');
    const predecessor = new X509Certificate(old?.der ?? '');
    const root = new X509Certificate(after.vaults['kv-root/fleet-root']?.[0]?.der ?? '');
    expect(certificate.verify(root.publicKey)).toBe(true);
    expect(certificate.checkIssued(root)).toBe(true);
    expect({ ca: certificate.ca, subject: certificate.subject }).toEqual({ ca: true, subject: predecessor.subject });
    expect(certificate.publicKey.equals(predecessor.publicKey)).toBe(false);
    // Two years again, counted from now: 730 days after the old one began, so some 670 more than its notAfter.
    const gained = Date.parse(certificate.validTo) - Date.parse(predecessor.validTo);
    expect(Math.round(gained / DAY_MS)).toBe(670);
  });

  it('leaves one entry more in DPS, verified, and touches no other', () => {
    const [, issued] = versions(after, 'plant-a-ca');
    const added = entries(after).filter(({ name }) => name === newEntry());
    expect(added).toEqual([
      {
        name: newEntry(),
        thumbprint: issued?.thumbprint,
        notAfter: issued?.notAfter,
        isVerified: true,
        etag: expect.any(String),
      },
    ]);
    // ETags included: whatever had written to one of them would have changed it.
    expect(entries(after).filter(({ name }) => name !== newEntry())).toEqual(entries(before));
    expect(versions(after, 'plant-b-ca')).toEqual(versions(before, 'plant-b-ca'));
    expect(after.vaults['kv-root/fleet-root']).toEqual(before.vaults['kv-root/fleet-root']);
  });

  it('proves possession: upload, verification code, verify, and never claims isVerified', () => {
    const resource = `${dps()}/certificates/${newEntry()}`;
    const writes = accepted(app.emulator.requests()).filter(
      (call) => call.service === 'resourceManager' && isWrite(call),
    );
    expect(writes.map(({ method, path }) => [method, path])).toEqual([
      ['PUT', resource],
      ['POST', `${resource}/generateVerificationCode`],
      ['POST', `${resource}/verify`],
    ]);
    expect(JSON.stringify(app.emulator.requests())).not.toMatch(/"isVerified":\s*true/);
  });

  it('never asks for a secret', () => {
    expect(app.emulator.requests().filter(({ path }) => /^\/secrets/i.test(path))).toEqual([]);
  });

  it(`needs at most ${MOST_CALLS} calls`, () => {
    const started = app.log.records.find(({ message }) => message.startsWith('Executing renew '));
    const calls = callsSince(app.emulator.requests(), started?.at ?? '');
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toContain(`PUT ${dps()}/certificates/${newEntry()}`);
    expect(calls.length).toBeLessThanOrEqual(MOST_CALLS);
  });

  it('has nothing left to do at the next scan', async () => {
    app.emulator.clearRequests();
    expect(await app.scan()).toMatchObject({ managed: 2, renewing: [], waiting: 2, refused: 0, failures: [] });
    await app.queueEmpty();
    expect(app.log.records.filter(({ message }) => message.startsWith('Executing renew '))).toHaveLength(1);
    expect(accepted(app.emulator.requests()).filter(isWrite)).toEqual([]);
    expect(endState(app.emulator)).toEqual(after);
  });

  it('gives no token and no key away in its log', () => {
    expect(app.leaks()).toEqual([]);
  });
});
