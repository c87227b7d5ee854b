import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeedInput } from '../../local/emulator/seed.ts';
import { endState } from '../support/end-state.ts';
import { type Gate, startGate } from '../support/gate.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

type SeedVault = SeedInput['vaults'][number];

/** A vault with a root and CAs under it that are all due. */
function dueVault(vault: string, cas: readonly string[]): SeedVault {
  const root = { name: `root-${vault}`, subject: `CN=Root ${vault}`, key: 'P-256' } as const;
  return {
    name: vault,
    certificates: [
      { ...root, notBefore: '-P5Y', notAfter: 'P15Y' },
      ...cas.map((name) => ({
        name,
        subject: `CN=${name}`,
        key: 'P-256' as const,
        issuer: { vault, name: root.name },
        notBefore: '-P670D',
        notAfter: 'P60D',
      })),
    ],
  };
}

const held = (vault: string, name: string) => ({ name, certificate: { vault, name }, verified: true });

/** North and south have nothing in common but one CA, which devices of both use. */
const TWO_SITES: SeedInput = {
  version: 1,
  vaults: [dueVault('kv-north', ['north-ca']), dueVault('kv-south', ['south-ca', 'shared-ca'])],
  provisioningServices: [
    { name: 'dps-north', certificates: [held('kv-north', 'north-ca'), held('kv-south', 'shared-ca')] },
    { name: 'dps-south', certificates: [held('kv-south', 'south-ca'), held('kv-south', 'shared-ca')] },
  ],
};

// One story: the second part begins where the first ends.
describe('an outage of one vault, then of one DPS', () => {
  let app: RunningApp;
  let southVault: Gate;
  beforeAll(async () => {
    app = await startRunningApp({
      seed: TWO_SITES,
      vaultUrls: async ([north = '', south = '']) => {
        southVault = await startGate(south);
        return [north, southVault.url];
      },
    });
  });
  afterAll(async () => {
    await app?.close();
    await southVault?.close();
  });

  const dps = (name: string) =>
    app.emulator.description.provisioningServices.find((service) => service.name === name)?.resourceId;
  const generations = (name: string) => endState(app.emulator).vaults[name]?.map(({ thumbprint }) => thumbprint) ?? [];
  const verified = (name: string) =>
    (endState(app.emulator).services[name] ?? []).filter(({ isVerified }) => isVerified).map((entry) => entry.name);
  const settled = (ca: string) =>
    app.log.until(`the renewal of ${ca}`, () => app.events('renewal_settled').find((event) => event.ca === ca));

  it('a vault that is down is named by the scan, which renews what the other vault holds', async () => {
    southVault.shut();
    const completed = await app.scan();
    expect(completed).toMatchObject({ managed: 1, renewing: [{ ca: 'north-ca' }], refused: 0 });
    expect(completed.failures).toEqual([
      { target: southVault.url, message: expect.stringMatching(/^Cannot list the certificates in https:/) },
    ]);
    expect(await settled('north-ca')).toMatchObject({ steps: ['request', 'issue', 'upload', 'prove'] });
    const [, renewed] = generations('kv-north/north-ca');
    expect(verified('dps-north')).toEqual(['north-ca', 'shared-ca', `north-ca-${renewed}`]);
  });

  it('what a vault that is down may hold is not called unmanaged', () => {
    expect(app.events('certificate_unmanaged')).toEqual([]);
    expect(app.events('renewal_refused')).toEqual([]);
  });

  it('a DPS that is down is named by the scan, and the other one gets its renewals', async () => {
    southVault.open();
    app.emulator.setFaults([
      {
        service: 'resourceManager',
        path: '/provisioningServices/dps-north(/|$)',
        times: 1000,
        effect: { status: 503, retryAfter: 0 },
      },
    ]);
    const north = endState(app.emulator).services['dps-north'];
    const completed = await app.scan();
    expect(completed).toMatchObject({ managed: 2, renewing: [{ ca: 'shared-ca' }, { ca: 'south-ca' }], refused: 0 });
    expect(completed.failures).toEqual([
      { target: dps('dps-north'), message: expect.stringMatching(/^Cannot .+ of dps-north: 503 /) },
    ]);
    for (const ca of ['south-ca', 'shared-ca']) {
      const { steps, waits } = await settled(ca);
      expect(steps).toEqual(['request', 'issue', 'upload', 'prove']);
      expect(new Map(waits.map(({ lane, reason }) => [lane, reason]))).toEqual(
        new Map([
          ['vault', 'not-due'],
          [dps('dps-north'), 'service-unreadable'],
          [dps('dps-south'), 'older-unexpired'],
        ]),
      );
      expect(verified('dps-south')).toContain(`${ca}-${generations(`kv-south/${ca}`)[1]}`);
    }
    expect(endState(app.emulator).services['dps-north']).toEqual(north);
  });

  it('a DPS that is back gets what it has missed, and nothing is issued twice', async () => {
    app.emulator.clearFaults();
    await app.queueEmpty();
    expect(await app.scan()).toMatchObject({ managed: 3, renewing: [{ ca: 'shared-ca' }], failures: [] });
    await app.queueEmpty();
    expect(app.events('renewal_settled').at(-1)).toMatchObject({ ca: 'shared-ca', steps: ['upload', 'prove'] });
    const [, shared] = generations('kv-south/shared-ca');
    expect(verified('dps-north').at(-1)).toBe(`shared-ca-${shared}`);
    for (const ca of ['kv-north/north-ca', 'kv-south/south-ca', 'kv-south/shared-ca']) {
      expect(generations(ca)).toHaveLength(2);
    }
    expect(await app.scan()).toMatchObject({ managed: 3, renewing: [], waiting: 3, failures: [] });
  });

  it('gives no token and no key away in its log', () => {
    expect(app.leaks()).toEqual([]);
  });
});
