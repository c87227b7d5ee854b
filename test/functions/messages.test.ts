import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../local/emulator/control/faults.ts';
import { DEFAULT_SEED } from '../../local/emulator/default-seed.ts';
import type { RefusalReason } from '../../shared/lifecycle/reasons.ts';
import { accepted } from '../support/accepted-calls.ts';
import { withDps } from '../support/changed-seed.ts';
import { endState } from '../support/end-state.ts';
import { isWrite } from '../support/is-write.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

/** The demo fleet, with one more CA that is due: only a scan ever asks for that one. */
const PLANT_C = { vault: 'kv-fleet', name: 'plant-c-ca' } as const;
const SEED = withDps(
  {
    ...DEFAULT_SEED,
    vaults: DEFAULT_SEED.vaults.map((vault) => {
      const { certificates = [] } = vault;
      const more = certificates.flatMap((each) =>
        each.name === 'plant-a-ca' ? { ...each, name: PLANT_C.name, subject: 'CN=Contoso Plant C CA' } : [],
      );
      return { ...vault, certificates: [...certificates, ...more] };
    }),
  },
  'dps-fleet',
  ({ certificates = [] }) => ({
    certificates: [...certificates, { name: 'PlantC', certificate: PLANT_C, verified: true }],
  }),
);

let app: RunningApp;
const vaultUrl = (name: string) => app.emulator.description.keyVaults.find((vault) => vault.name === name)?.url ?? '';
const plantA = () => ({ vaultUrl: vaultUrl('kv-fleet'), name: 'plant-a-ca' });

beforeAll(async () => {
  app = await startRunningApp({
    seed: SEED,
    settings: {
      AzureFunctionsJobHost__extensions__queues__batchSize: '16',
      AzureFunctionsJobHost__extensions__queues__newBatchThreshold: '8',
    },
  });
});
afterAll(() => app?.close());

/** How the runs of a message ended: `Executed renew, succeeded` or `failed`, without the time they took. */
function endings(messageId: string): string[] {
  const runs = app.log.records.filter(({ message }) => message.startsWith(`Executing renew (message ${messageId} `));
  return runs.map(({ invocationId }) => {
    const ended = app.log.records.find(
      (record) => record.invocationId === invocationId && record.message.startsWith('Executed renew, '),
    );
    return ended?.message.split(', ')[1] ?? 'still running';
  });
}

/** The host says both: that it gives a message up, and that the function of the poison queue runs. */
function givenUp(): string[] {
  const lines = app.log.records.map(({ message }) => message);
  return lines.filter((line) => line.includes('Moving message to queue') || line.startsWith('Executing abandon'));
}

describe('a message that leads nowhere', () => {
  const malformed = 'malformed-message' as const;
  it.each<[what: string, reason: RefusalReason, message: () => unknown]>([
    ['an unknown CA', 'unknown-ca', () => ({ vaultUrl: vaultUrl('kv-fleet'), name: 'plant-z-ca' })],
    ['a CA that no DPS holds', 'unmanaged', () => ({ vaultUrl: vaultUrl('kv-root'), name: 'fleet-root' })],
    [
      'a vault that is not configured',
      'vault-not-configured',
      () => ({ vaultUrl: 'https://kv-stranger.vault.azure.net', name: 'plant-a-ca' }),
    ],
    ['a CA without its vault', malformed, () => ({ name: 'plant-a-ca' })],
    ['other keys', malformed, () => ({ vault: vaultUrl('kv-fleet'), certificate: 'plant-a-ca' })],
    ['a name that is a path', malformed, () => ({ ...plantA(), name: '../secrets/plant-a-ca' })],
    ['a name that is a number', malformed, () => ({ ...plantA(), name: 7 })],
    ['a list of one CA', malformed, () => [plantA()]],
    ['a number', malformed, () => 123],
    ['null', malformed, () => null],
    ['a JSON string', malformed, () => '"plant-a-ca"'],
    ['text that is no JSON', malformed, () => '{"vaultUrl":'],
    ['an empty body', malformed, () => ''],
  ])('is refused once, in one event, and nothing is written: %s', async (_what, reason, message) => {
    const before = endState(app.emulator);
    app.emulator.clearRequests();
    const renewalId = await app.send(message());
    await app.log.until('the end of the run', () =>
      /succeeded|failed/.test(endings(renewalId)[0] ?? '') ? true : undefined,
    );
    await app.queueEmpty();
    expect(app.eventsOf(renewalId)).toEqual([
      expect.objectContaining({
        event: 'renewal_refused',
        renewalId,
        reason,
        message: expect.stringMatching(/\. \(.+\)$/),
      }),
    ]);
    expect(endings(renewalId)).toEqual(['succeeded']);
    expect(givenUp()).toEqual([]);
    expect(accepted(app.emulator.requests()).filter(isWrite)).toEqual([]);
    expect(endState(app.emulator)).toEqual(before);
  });
});

describe('ten copies of one message at once', () => {
  it('make one generation and one entry, and all ten end well', async () => {
    const before = endState(app.emulator);
    app.emulator.clearRequests();
    await app.stop();
    const ids = await Promise.all(Array.from({ length: 10 }, () => app.send(plantA())));
    const sofar = app.log.records.length;
    await app.start();
    await app.queueEmpty();
    await app.log.until('ten ends', () =>
      ids.flatMap(endings).filter((end) => end !== 'still running').length >= 10 ? true : undefined,
    );

    const lines = app.log.records
      .slice(sofar)
      .flatMap(({ message }) => /^Execut(ing|ed) renew/.exec(message)?.[0] ?? []);
    // All ten ran at the same time: none had ended when the last one began.
    expect(lines.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'Executing renew'));
    expect(ids.map(endings)).toEqual(ids.map(() => ['succeeded']));
    expect(givenUp()).toEqual([]);

    const after = endState(app.emulator);
    const [old, issued, ...more] = after.vaults['kv-fleet/plant-a-ca'] ?? [];
    expect([old]).toEqual(before.vaults['kv-fleet/plant-a-ca']);
    expect(more).toEqual([]);
    const entries = after.services['dps-fleet'] ?? [];
    const known = before.services['dps-fleet'] ?? [];
    expect(entries.slice(0, known.length)).toEqual(known);
    expect(entries.slice(known.length)).toEqual([
      expect.objectContaining({
        name: `plant-a-ca-${issued?.thumbprint}`,
        thumbprint: issued?.thumbprint,
        isVerified: true,
      }),
    ]);
    // Everybody settles on the same certificate; between them they took each step that leaves something behind once.
    expect(ids.map((id) => app.eventsOf(id).at(-1))).toEqual(
      ids.map((renewalId) =>
        expect.objectContaining({ event: 'renewal_settled', renewalId, thumbprint: issued?.thumbprint }),
      ),
    );
    expect([app.events('certificate_issued').length, app.events('certificate_uploaded').length]).toEqual([1, 1]);
  });
});

describe('a CA that cannot be renewed for now', () => {
  const create: Pick<Fault, 'service' | 'path'> = { service: 'keyVault', path: '/certificates/plant-a-ca/create$' };
  const newest = () => endState(app.emulator).vaults['kv-fleet/plant-a-ca']?.at(-1)?.thumbprint ?? '';
  const force = () => ({ ...plantA(), force: newest() });
  const givesUp = (text: string) => givenUp().some((line) => line.includes(text));
  const countsOf = async (name: string) => {
    const queue = QueueServiceClient.fromConnectionString(app.storage).getQueueClient(name);
    return (await queue.exists()) ? (await queue.getProperties()).approximateMessagesCount : 0;
  };

  it('is refused at once, and not tried five times, where a person must act', async () => {
    app.emulator.setFaults([{ ...create, times: 100, effect: { status: 403 } }]);
    const renewalId = await app.send(force());
    await app.log.until('the refusal', () => app.eventsOf(renewalId)[0]);
    await app.queueEmpty();
    app.emulator.clearFaults();
    expect(app.eventsOf(renewalId)).toEqual([
      expect.objectContaining({ event: 'renewal_refused', reason: 'forbidden', ca: 'plant-a-ca' }),
    ]);
    expect(endings(renewalId)).toEqual(['succeeded']);
    expect(givenUp()).toEqual([]);
  });

  it('is left alone until visibilityTimeout is over, where it may go better next time', async () => {
    await app.stop();
    await app.start({ AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '01:00:00' });
    app.emulator.setFaults([{ ...create, times: 100, effect: { status: 500 } }]);
    const renewalId = await app.send(force());
    await app.log.until('a failure', () => (endings(renewalId)[0] === 'failed' ? true : undefined));
    await app.stop();
    expect(await countsOf('renewals')).toBe(1);
    expect((await app.queue.peekMessages()).peekedMessageItems).toEqual([]);
    expect(endings(renewalId)).toEqual(['failed']);
    await app.queue.clearMessages();
    await app.start();
  });

  it('is abandoned aloud after five attempts, with what and why, and nothing stays in the poison queue', async () => {
    app.emulator.setFaults([{ ...create, times: 100, effect: { status: 500 } }]);
    const renewalId = await app.send(force());
    const abandoned = await app.log.until('the end', () => app.events('renewal_abandoned')[0]);
    await vi.waitFor(async () => expect(await countsOf('renewals-poison')).toBe(0), { timeout: 20_000 });
    expect(abandoned).toEqual({
      event: 'renewal_abandoned',
      ca: 'plant-a-ca',
      vault: plantA().vaultUrl,
      message: expect.stringContaining(`to replace ${newest()} now, which no scan does: ask again.`),
    });
    expect(endings(renewalId)).toEqual(Array.from({ length: 5 }, () => 'failed'));
    expect([givesUp("Moving message to queue 'renewals-poison'"), givesUp('Executing abandon')]).toEqual([true, true]);
    const why = app.log.records.filter(({ message }) => message.startsWith('Executed renew, failed'));
    expect(why.at(-1)?.message).toContain(
      "Cannot renew 'plant-a-ca' fully: Cannot request a new version of 'plant-a-ca'",
    );
  });

  it('is renewed by the next message', async () => {
    app.emulator.clearFaults();
    const replaced = newest();
    const renewalId = await app.send(force());
    expect(await app.log.until('the end', () => app.eventsOf(renewalId).at(-1))).toBeDefined();
    await app.queueEmpty();
    expect(app.eventsOf(renewalId).at(-1)).toMatchObject({ event: 'renewal_settled' });
    expect(newest()).not.toBe(replaced);
  });
});

it('takes up again at the next scan what a scan has asked for and was abandoned', async () => {
  const generations = () => endState(app.emulator).vaults[`${PLANT_C.vault}/${PLANT_C.name}`] ?? [];
  const ofPlantC = ({ ca }: { readonly ca?: string }) => ca === PLANT_C.name;
  const create = `/certificates/${PLANT_C.name}/create$`;
  app.emulator.setFaults([{ service: 'keyVault', path: create, times: 100, effect: { status: 500 } }]);
  await app.scan();
  const abandoned = await app.log.until('the end', () => app.events('renewal_abandoned').find(ofPlantC));
  expect(abandoned.message).toMatch(/ If there is still something to do, the next scan tries again\.$/);
  expect(generations()).toHaveLength(1);
  await app.queueEmpty();

  app.emulator.clearFaults();
  await app.scan();
  await app.queueEmpty();
  const settled = await app.log.until('the renewal', () => app.events('renewal_settled').find(ofPlantC));
  const [before, after, ...more] = generations();
  expect([after?.thumbprint, more]).toEqual([settled.thumbprint, []]);
  expect(after?.thumbprint).not.toBe(before?.thumbprint);
  expect(app.events('renewal_abandoned').filter(ofPlantC)).toHaveLength(1);
});

it('gives no token and no key away in its log', () => {
  expect(app.leaks()).toEqual([]);
});
