import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../../local/emulator/seed.ts';
import { parseDuration } from '../../../../shared/lifecycle/duration.ts';
import { renewMessage } from '../../../../shared/operations/renew-message.ts';
import { scan } from '../../../../shared/operations/scan.ts';
import { counted } from '../../../support/counts.ts';
import { failAThird, failNoMore, withRetries } from '../../../support/failing.ts';
import { isInjected, unexpectedIn } from '../../../support/foreseen-errors.ts';
import { eventsNamed, later, liveThrough, naming, operatorOf } from '../../../support/moving.ts';
import { RemovalWatch } from '../../../support/removal-watch.ts';
import { createScene, type Scene } from '../../../support/scene.ts';
import { watchMutations } from '../../../support/watch-mutations.ts';

const DAY_MS = 86_400_000;
/** In the bounded run each of the three is renewed at least once, and an old one goes. */
const DAYS = counted(60, 730);
const SEEDS = Array.from({ length: counted(2, 6) }, (_, index) => index + 1);
const VAULTS = ['kv-root', 'kv-fleet'] as const;
/** From the top down: name, vault, lifetime in days, of which these are left. */
const CHAIN = [
  ['root', 'kv-root', 400, 150],
  ['region', 'kv-root', 200, 70],
  ['plant', 'kv-fleet', 100, 40],
] as const;
type Name = (typeof CHAIN)[number][0];
const DPS = ['dps-1', 'dps-2', 'dps-3'] as const;
const OVERLAP_DAYS = 10;
/** Deliveries of a message until it is poison. */
const DELIVERIES = 5;

function seedOf(reuseKey: boolean): SeedInput {
  const certificates = CHAIN.map(([name, vault, lifetime, left], index) => ({
    vault,
    certificate: {
      name,
      subject: `CN=${name}, O=Contoso`,
      key: 'P-256' as const,
      notBefore: `-P${lifetime - left}D`,
      notAfter: `P${left}D`,
      reuseKey,
      ...(index > 0 && { issuer: { vault: CHAIN[index - 1]?.[1] ?? '', name: CHAIN[index - 1]?.[0] ?? '' } }),
    },
  }));
  const entry = ([name, vault]: (typeof CHAIN)[number]) => ({
    name: `old-${name}`,
    certificate: { vault, name },
    verified: true,
  });
  const [root, region, plant] = CHAIN;
  const embedding = { primary: { vault: 'kv-fleet', name: 'plant' } };
  return {
    version: 1,
    vaults: VAULTS.map((name) => ({
      name,
      certificates: certificates.flatMap(({ vault, certificate }) => (vault === name ? [certificate] : [])),
    })),
    provisioningServices: [
      {
        name: 'dps-1',
        certificates: [root, region, plant].map(entry),
        enrollmentGroups: [naming('of-root', 'old-root'), naming('of-plant', 'old-plant')],
        individualEnrollments: [naming('press-1', 'old-plant')],
      },
      {
        name: 'dps-2',
        certificates: [root, plant].map(entry),
        enrollmentGroups: [{ id: 'embedding', signingCertificates: embedding }, naming('of-plant', 'old-plant')],
      },
      {
        name: 'dps-3',
        certificates: [entry(region)],
        enrollmentGroups: [naming('of-region', 'old-region')],
        individualEnrollments: [naming('press-3', 'old-region'), naming('press-4', 'old-region')],
      },
    ],
  };
}

/**
 * One day's scan, and its messages, each delivered until it is done or poison. Returns what failed and was not made to:
 * a mistake in the program.
 */
async function dayOf(scene: Scene, removals: RemovalWatch): Promise<string[]> {
  const app = withRetries(scene);
  const mistakes: string[] = [];
  const note = (error: unknown) => mistakes.push(...unexpectedIn(error, isInjected));
  const found = await scan(app).catch((error: unknown) => {
    note(error);
    return [];
  });
  for (const message of found) {
    removals.forget();
    removals.note();
    for (let delivery = 1; delivery <= DELIVERIES; delivery += 1) {
      const isDone = await renewMessage(app, message, 'day').then(
        () => true,
        (error: unknown) => {
          note(error);
          return false;
        },
      );
      if (isDone) break;
    }
  }
  return mistakes;
}

/** Holds what is removed in the scene against the rules. */
function watchRemovals(scene: Scene): RemovalWatch {
  const vaults = VAULTS.map((name) => scene.vault(name));
  const removals = new RemovalWatch(vaults, scene.app.wishes, () => scene.clock.now);
  watchMutations(
    DPS.map((name) => scene.service(name)),
    {
      enrollment: (dps, change) => removals.enrollmentChanged(dps, change),
      entry: (dps, change) => removals.entryChanged(dps, change),
    },
  );
  return removals;
}

interface Generation {
  /** Within minutes of its making. */
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The versions of a name that are CA certificates, the oldest first. */
function generationsOf(scene: Scene, name: Name): Generation[] {
  const vault = CHAIN.find(([each]) => each === name)?.[1] ?? '';
  return (scene.vault(vault).certificates().get(name) ?? []).flatMap(({ der }) => {
    const { ca, validFromDate: notBefore, validToDate: notAfter } = new X509Certificate(der);
    return ca ? { notBefore, notAfter } : [];
  });
}

/** Generations that nothing called for: made before the window of the one before, and not after the issuer's last. */
function needless(scene: Scene): string[] {
  return CHAIN.flatMap(([name], index) => {
    const issuer = CHAIN[index - 1]?.[0];
    const above = issuer === undefined ? [] : generationsOf(scene, issuer);
    const all = generationsOf(scene, name);
    return all.flatMap(({ notBefore: made }, at) => {
      const before = all[at - 1];
      if (before === undefined) return [];
      const opens = before.notAfter.getTime() - 0.2 * (before.notAfter.getTime() - before.notBefore.getTime());
      const follows = above.some((each) => each.notBefore >= before.notBefore && each.notBefore <= made);
      return made.getTime() >= opens - DAY_MS || follows ? [] : `${name}: generation ${at}, ${made.toISOString()}`;
    });
  });
}

/** Enrollments none of whose references is a verified, unexpired entry, or embeds what chains to one. */
async function stranded(scene: Scene): Promise<string[]> {
  const found = await Promise.all(
    DPS.map(async (dps) => {
      const live = (await scene.entries(dps))
        .filter(({ isVerified, notAfter }) => isVerified && notAfter !== undefined && notAfter > scene.clock.now)
        .flatMap(({ name, thumbprint }) => [name, thumbprint]);
      const references = Object.entries(await operatorOf(scene, dps).references());
      return references.flatMap(([id, x509]) => {
        const text = JSON.stringify(x509);
        return live.some((each) => text.includes(`"${each}"`)) ? [] : `${dps} ${id}`;
      });
    }),
  );
  return found.flat();
}

describe.each([
  ['a new key', false],
  ['the same key', true],
])(`${DAYS} daily scans of a root and two levels below it, each renewed with %s,`, (_key, reuseKey) => {
  describe.each(['expired', 'overlap'] as const)('RETIRE=%s', (retire) => {
    it.each(SEEDS)('strand nobody, while a random third of all calls fail (seed %i)', async (seed) => {
      const wishes = { retire, overlap: parseDuration(`P${OVERLAP_DAYS}D`) };
      const scene = await createScene(seedOf(reuseKey), new Date('2027-01-01T06:00:00Z'), { wishes });
      const removals = watchRemovals(scene);
      failAThird(scene, seed);
      for (let day = 1; day <= DAYS; day += 1) {
        later(scene, 1);
        expect(await dayOf(scene, removals), `day ${day}`).toEqual([]);
        expect(scene.violations(), `day ${day}`).toEqual([]);
        expect(removals.problems, `day ${day}`).toEqual([]);
        expect(await stranded(scene), `day ${day}`).toEqual([]);
        expect(needless(scene), `day ${day}`).toEqual([]);
      }
      failNoMore(scene);
      await liveThrough(scene, 3);
      expect(scene.violations()).toEqual([]);
      expect(removals.problems).toEqual([]);
      expect(generationsOf(scene, 'plant').length).toBeGreaterThan(DAYS / 100);
      for (const dps of DPS) {
        const entries = await scene.entries(dps);
        // It goes an hour after its expiry.
        const gone = new Date(scene.clock.now.getTime() - 3_600_000);
        const expired = entries.filter(({ notAfter }) => notAfter === undefined || notAfter < gone);
        expect(expired, 'retired entries are gone').toEqual([]);
        expect(entries.every(({ isVerified }) => isVerified)).toBe(true);
      }
      expect(eventsNamed(scene, 'certificate_retired').length).toBeGreaterThan(DAYS / 100);
    });
  });
});
