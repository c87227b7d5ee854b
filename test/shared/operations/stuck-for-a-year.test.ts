import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { Refused } from '../../../shared/errors.ts';
import type { CaId } from '../../../shared/lifecycle/observed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { sendToVault } from '../../support/by-hand.ts';
import { counted } from '../../support/counts.ts';
import { fleet, generationsOf, PLANT_A } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { isWrite } from '../../support/is-write.ts';
import { ROOT, ROOT_CA, rooted } from '../../support/rooted.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const PLANT_CA = { vaultUrl: vaultUrl(PLANT_A.vault), name: PLANT_A.name };
const DAY_MS = 86_400_000;
const DAYS = counted(120, 365);
const SCANS_A_DAY = counted(1, 24);

interface Stuck {
  readonly seed: SeedInput;
  readonly ca: CaId;
  /** What somebody did before the year began. */
  readonly before?: (scene: Scene) => Promise<unknown>;
  /** Requests that the app may make in all that time. */
  readonly requests: number;
  readonly reason: string;
}

/** The key that signs may not be used: what only the attempt tells. */
async function withoutSigning(scene: Scene): Promise<void> {
  scene.intercept = (method, path) => {
    if (method === 'POST' && path.endsWith('/sign')) throw new Refused('forbidden', 'keys/sign is missing');
  };
}

/** An operation that somebody else started in the name of a CA; of issuer Self it comes to its end. */
function planted(ca: { vault: string; name: string }, issuer: string, subject: string) {
  return async (scene: Scene) => {
    const policy = {
      key_props: { kty: 'EC', crv: 'P-256', exportable: false, reuse_key: false },
      x509_props: { subject, key_usage: ['keyCertSign'], validity_months: 120 },
      issuer: { name: issuer },
    };
    await sendToVault(scene, ca.vault, 'POST', `/certificates/${ca.name}/create`, { policy });
    await sendToVault(scene, ca.vault, 'GET', `/certificates/${ca.name}/pending`);
  };
}

function tagged(tags: Record<string, string>): SeedInput {
  const seed = fleet();
  const [plant] = seed.vaults.find(({ name }) => name === PLANT_A.vault)?.certificates ?? [];
  Object.assign(plant ?? {}, { tags });
  return seed;
}

/** The fleet without the vault of its root. */
async function orphaned(scene: Scene): Promise<unknown> {
  return sendToVault(scene, 'kv-root', 'DELETE', '/certificates/fleet-root');
}

const CASES: readonly [string, Stuck][] = [
  [
    'whose issuer is in no vault',
    { seed: fleet(), ca: PLANT_CA, before: orphaned, requests: 0, reason: 'issuer-not-in-vault' },
  ],
  [
    'with a foreign request pending',
    {
      seed: fleet(),
      ca: PLANT_CA,
      before: planted(PLANT_A, 'Unknown', 'CN=Mine'),
      requests: 0,
      reason: 'foreign-request',
    },
  ],
  ['with a tag that nobody can read', { seed: tagged({ dps: '?' }), ca: PLANT_CA, requests: 0, reason: 'bad-tag' }],
  [
    'that is a root, has expired and keeps its key',
    { seed: rooted({ notAfter: '-P1D', reuseKey: true }), ca: ROOT_CA, requests: 0, reason: 'issuer-unusable' },
  ],
  [
    'that is a root whose key somebody has put another one before',
    {
      seed: rooted({ tags: { 'renew-key': 'same' } }),
      ca: ROOT_CA,
      before: planted(ROOT, 'Self', 'CN=Mine'),
      requests: 1,
      reason: 'foreign-request',
    },
  ],
  [
    'whose issuer’s key may not be used',
    { seed: fleet(), ca: PLANT_CA, before: withoutSigning, requests: 1, reason: 'forbidden' },
  ],
  [
    'that waits for somebody else to sign it',
    { seed: tagged({ issuer: 'external' }), ca: PLANT_CA, requests: 1, reason: 'external-signature' },
  ],
];

describe(`a CA that stays as it is for ${DAYS} days of scans,`, () => {
  it.each(CASES)(
    '%s, never gathers versions, keys or operations',
    async (_, { seed, ca, before, requests, reason }) => {
      const scene = await createScene(seed);
      await before?.(scene);
      const vault = new URL(ca.vaultUrl).hostname.split('.')[0] ?? '';
      const versions = generationsOf(scene, { vault, name: ca.name }).length;
      const start = scene.clock.now.getTime();
      const pending = new Set<string | undefined>();
      const writes = [];
      for (let turn = 0; turn < DAYS * SCANS_A_DAY; turn += 1) {
        scene.clock.now = new Date(start + (turn * DAY_MS) / SCANS_A_DAY);
        // A renewal besides what the scan asks for: as if every day somebody put a message on the queue.
        for (const each of [...(await scan(scene.app)), ca]) await renew(scene.app, each, `turn ${turn}`);
        pending.add((await scene.app.ports.vaults.get(ca.vaultUrl)?.pendingRequest(ca.name))?.requestId);
        writes.push(
          ...scene.calls
            .splice(0)
            .filter((call) => isWrite(call) && !call.path.endsWith('/sign'))
            .map(({ path }) => path),
        );
      }
      expect(writes.filter((path) => path.endsWith(`/certificates/${ca.name}/create`))).toHaveLength(requests);
      expect(writes).toHaveLength(requests);
      expect(generationsOf(scene, { vault, name: ca.name })).toHaveLength(versions);
      expect(pending.size).toBe(1);
      expect(JSON.stringify(scene.events)).toContain(reason);
      const refusals = scene.events.filter(({ event }) => event === 'renewal_refused');
      expect(refusals.length).toBeLessThanOrEqual(DAYS);
      // Said once a day, unless it is none: whoever waits for a signature waits.
      expect(refusals).toHaveLength(reason === 'external-signature' ? 0 : DAYS);
    },
    counted(60_000, 600_000),
  );
});
