import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../local/emulator/control/faults.ts';
import { DEFAULT_SEED } from '../../local/emulator/default-seed.ts';
import { accepted } from '../support/accepted-calls.ts';
import { endState } from '../support/end-state.ts';
import { isWrite } from '../support/is-write.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

type Write = Pick<Fault, 'service'> & { readonly path: string };

/** The writes of a renewal, and the signatures it asks for, in their order. */
const CREATE: Write = { service: 'keyVault', path: '/certificates/plant-a-ca/create$' };
const SIGN_CERTIFICATE: Write = { service: 'keyVault', path: '/keys/fleet-root/[0-9a-f]+/sign$' };
const MERGE: Write = { service: 'keyVault', path: '/certificates/plant-a-ca/pending/merge$' };
const UPLOAD: Write = { service: 'resourceManager', path: '/certificates/plant-a-ca-[0-9A-F]{40}$' };
const MAKE_CODE: Write = { service: 'resourceManager', path: '/generateVerificationCode$' };
const SIGN_PROOF: Write = { service: 'keyVault', path: '/keys/plant-a-ca/[0-9a-f]+/sign$' };
const VERIFY: Write = { service: 'resourceManager', path: '/verify$' };

let app: RunningApp;
const executed = (name: string) =>
  app.log.records.flatMap(({ message }) => new RegExp(`^Executed ${name}, (\\w+)`).exec(message)?.[1] ?? []);

/** The writes that were carried out, those of `of` only. */
const done = (of: Write) =>
  accepted(app.emulator.requests()).filter(
    (call) =>
      call.service === of.service &&
      isWrite(call) &&
      call.status < 300 &&
      call.status > 0 &&
      new RegExp(of.path, 'i').test(call.path),
  );

/** The end state that every story here must come to: one generation and one verified entry more, nothing else. */
function expectRenewedOnce(before: ReturnType<typeof endState>): void {
  const after = endState(app.emulator);
  const key = 'kv-fleet/plant-a-ca';
  const [old, issued, ...more] = after.vaults[key] ?? [];
  expect([[old], more]).toEqual([before.vaults[key], []]);
  expect({ ...after.vaults, [key]: [] }).toEqual({ ...before.vaults, [key]: [] });
  const name = `plant-a-ca-${issued?.thumbprint}`;
  expect(after.services).toEqual({
    'dps-fleet': [
      ...(before.services['dps-fleet'] ?? []),
      expect.objectContaining({ name, thumbprint: issued?.thumbprint, isVerified: true }),
    ],
  });
}

describe('a DPS that answers 500 for a while', () => {
  beforeAll(async () => {
    app = await startRunningApp();
  });
  afterAll(() => app?.close());

  it('fails the message, which is delivered again and settles', async () => {
    const before = endState(app.emulator);
    // Once, and the three retries of the client.
    app.emulator.setFaults([{ ...MAKE_CODE, times: 4, effect: { status: 500 } }]);
    await app.scan();
    const { renewalId } = await app.log.until('renewal_settled', () => app.events('renewal_settled')[0]);
    await app.queueEmpty();
    expect(executed('renew')).toEqual(['failed', 'succeeded']);
    expect(app.log.records.find(({ message }) => message.startsWith('Executed renew, failed'))?.message).toContain(
      "Cannot renew 'plant-a-ca' fully: Cannot generate a verification code for certificate 'plant-a-ca-",
    );
    expect(app.log.records.map(({ message }) => message)).toContain(
      `Executing renew (message ${renewalId} of renewals, dequeue count 2)`,
    );
    expect(app.eventsOf(renewalId)).toEqual([
      expect.objectContaining({ event: 'certificate_requested' }),
      expect.objectContaining({ event: 'certificate_issued' }),
      expect.objectContaining({ event: 'certificate_uploaded' }),
      expect.objectContaining({ event: 'possession_proven' }),
      ...Array.from({ length: 3 }, () => expect.objectContaining({ event: 'enrollment_moved' })),
      expect.objectContaining({ event: 'certificate_trusted' }),
      // Of the second delivery, which found the rest done.
      expect.objectContaining({ event: 'renewal_settled', steps: ['prove', 'move'] }),
    ]);
    expectRenewedOnce(before);
    expect(app.leaks()).toEqual([]);
  });
});

describe('a process that is killed in the middle of a renewal', () => {
  beforeAll(async () => {
    app = await startRunningApp({ seed: DEFAULT_SEED });
  });
  afterAll(() => app?.close());

  it('after each write in turn, five times over: the sixth ends what the first began', async () => {
    const before = endState(app.emulator);
    const moments: (readonly [last: Write, next: Write])[] = [
      [CREATE, SIGN_CERTIFICATE],
      [SIGN_CERTIFICATE, MERGE],
      [MERGE, UPLOAD],
      [UPLOAD, MAKE_CODE],
      [MAKE_CODE, SIGN_PROOF],
    ];
    for (const [last, next] of moments) {
      // Held until long after the test: the process is sure to hang there, and what it asks for is never done.
      app.emulator.setFaults([{ ...next, effect: { delayMs: 3_600_000 } }]);
      const earlier = done(last).length;
      expect(await app.scan()).toMatchObject({ renewing: [{ ca: 'plant-a-ca' }] });
      await vi.waitFor(() => expect(done(last)).toHaveLength(earlier + 1), { timeout: 20_000, interval: 20 });
      await app.stop('SIGKILL');
      await app.start();
    }
    app.emulator.clearFaults();
    expect(await app.scan()).toMatchObject({ renewing: [{ ca: 'plant-a-ca' }] });
    await app.log.until('renewal_settled', () => app.events('renewal_settled')[0]);
    expectRenewedOnce(before);
    const counts = [CREATE, SIGN_CERTIFICATE, MERGE, UPLOAD, MAKE_CODE, SIGN_PROOF, VERIFY].map(
      (of) => done(of).length,
    );
    // The signature that was never merged and the code that was never used were made again.
    expect(counts).toEqual([1, 2, 1, 1, 2, 1, 1]);
  });

  it('leaves nothing to do, neither for a scan nor for a message that comes back late', async () => {
    expect(await app.scan()).toMatchObject({ renewing: [], failures: [] });
    const { vaultUrl, name } = { vaultUrl: app.emulator.description.keyVaults[1]?.url, name: 'plant-a-ca' };
    const state = endState(app.emulator);
    const renewalId = await app.send({ vaultUrl, name });
    const last = await app.log.until('the late message', () => app.eventsOf(renewalId)[0]);
    expect(last).toMatchObject({ event: 'renewal_settled', steps: [] });
    expect(endState(app.emulator)).toEqual(state);
    expect(app.leaks()).toEqual([]);
  });
});
