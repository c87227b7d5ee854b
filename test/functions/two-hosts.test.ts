import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeedInput } from '../../local/emulator/seed.ts';
import type { LogReader } from '../local/host/log-reader.ts';
import { endState } from '../support/end-state.ts';
import { fleet, PLANT_A } from '../support/fleet.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

const COPIES = 10;
const OWN_ROOT = { vault: 'kv-own', name: 'own-root' } as const;

/** A subordinate, and a root whose policy says new key; both are due. */
function twoCas(): SeedInput {
  const seed = fleet();
  const root = {
    name: OWN_ROOT.name,
    subject: 'CN=Own Root',
    key: 'P-256',
    notBefore: '-P9Y',
    notAfter: 'P1Y',
  } as const;
  return {
    ...seed,
    vaults: [...seed.vaults, { name: OWN_ROOT.vault, certificates: [root] }],
    provisioningServices: seed.provisioningServices.map((dps) => ({
      ...dps,
      certificates: [...(dps.certificates ?? []), { name: 'OwnRoot', certificate: OWN_ROOT, verified: true }],
    })),
  };
}

describe('two hosts on one queue', () => {
  let app: RunningApp;
  let second: LogReader;
  beforeAll(async () => {
    app = await startRunningApp({
      seed: twoCas(),
      // Neither host can take all copies by itself before the other one has looked.
      settings: {
        AzureFunctionsJobHost__extensions__queues__batchSize: String(COPIES / 2),
        AzureFunctionsJobHost__extensions__queues__newBatchThreshold: '0',
        AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:01',
      },
    });
    second = await app.startBeside();
  });
  afterAll(() => app?.close());

  /** How often a host has begun with one of these messages. */
  const begun = ({ records }: LogReader, ids: readonly string[]) =>
    records.filter(({ message }) => ids.some((id) => message.startsWith(`Executing renew (message ${id} `))).length;

  async function pendingOf({ vault, name }: { vault: string; name: string }): Promise<unknown> {
    const url = app.emulator.description.keyVaults.find((each) => each.name === vault)?.url;
    const path = `${url}/certificates/${name}/pending?api-version=2025-07-01`;
    const handled = app.emulator.vaults
      .get(vault)
      ?.handle({ method: 'GET', url: new URL(path), headers: {}, body: '' });
    const answer = await handled?.catch(() => undefined);
    return (answer?.body as { status?: unknown } | undefined)?.status;
  }

  it.each([
    ['a subordinate', PLANT_A, 'PlantA'],
    ['a root with a new key', OWN_ROOT, 'OwnRoot'],
  ] as const)('make one new generation of %s out of ten copies of one message', async (_, ca, entry) => {
    const others = endState(app.emulator).services['dps-1']?.filter(({ name }) => name !== entry) ?? [];
    const vaultUrl = app.emulator.description.keyVaults.find(({ name }) => name === ca.vault)?.url;
    const ids = await Promise.all(Array.from({ length: COPIES }, () => app.send({ vaultUrl, name: ca.name })));
    await app.queueEmpty();

    const versions = endState(app.emulator).vaults[`${ca.vault}/${ca.name}`] ?? [];
    const enabled = versions.filter((version) => version.enabled);
    expect(enabled.map(({ der }) => new X509Certificate(der).ca)).toEqual([true, true]);
    expect(versions.at(0)).toEqual(enabled[0]);
    const entries = endState(app.emulator).services['dps-1'] ?? [];
    expect(entries.filter(({ thumbprint }) => !others.some((other) => other.thumbprint === thumbprint))).toMatchObject(
      enabled.map(({ thumbprint }) => ({ thumbprint, isVerified: true })),
    );
    expect(entries.filter(({ name }) => others.some((other) => other.name === name))).toEqual(others);
    expect(await pendingOf(ca)).not.toBe('inProgress');
    expect(app.events('renewal_refused')).toEqual([]);
    expect(app.events('renewal_abandoned')).toEqual([]);

    // Both had a hand in it: otherwise there was nothing to withstand.
    const bySecond = begun(second, ids);
    expect(bySecond).toBeGreaterThan(0);
    expect(begun(app.log, ids)).toBeGreaterThan(bySecond);
  });

  it('leave nothing to do behind', async () => {
    expect(await app.scan()).toMatchObject({ managed: 2, renewing: [], waiting: 2, refused: 0, failures: [] });
  });

  it('give no token and no key away in their logs', () => {
    expect(app.leaks()).toEqual([]);
  });
});
