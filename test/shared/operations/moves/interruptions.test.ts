import { describe, expect, it } from 'vitest';
import { scan } from '../../../../shared/operations/scan.ts';
import { counted } from '../../../support/counts.ts';
import { interruptAt, loseAnswerOf } from '../../../support/interrupt-at.ts';
import {
  CA,
  CA_NAME,
  type Enrolled,
  enrolled,
  entryNames,
  later,
  naming,
  operatorOf,
  RETIRE_AFTER_OVERLAP,
  turn,
  VAULT,
} from '../../../support/moving.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const EMBEDDED = { primary: { vault: VAULT, name: CA_NAME } };
const ENROLLED: Enrolled = {
  enrollmentGroups: [naming('line-1'), { id: 'line-2', signingCertificates: EMBEDDED }],
  individualEnrollments: [naming('press-1'), { id: 'press-2', clientCertificates: EMBEDDED }],
};
const WHEN = ['before', 'after', 'by the lost answer of'] as const;
type When = (typeof WHEN)[number];
/** One call in so many is interrupted. */
const STRIDE = counted(3, 1);
/** Days until the references let go of the old one, and its entry is gone. */
const OVERLAP = 31;

const start = () =>
  createScene(enrolled([ENROLLED]), new Date('2027-01-01T00:00:00Z'), { wishes: RETIRE_AFTER_OVERLAP });

/** A life: renewed and moved, and after the overlap released and retired. Whatever fails is left to the next scan. */
async function live(scene: Scene): Promise<void> {
  await turn(scene).catch(() => undefined);
  later(scene, OVERLAP);
  await turn(scene).catch(() => undefined);
}

/** What is left of it that matters, without identifiers, so that two lives compare. */
async function outcome(scene: Scene) {
  const versions = (await scene.app.ports.vaults.get(CA.vaultUrl)?.versions(CA.name)) ?? [];
  const names = new Map(versions.map(({ thumbprint }, index) => [thumbprint ?? '', `<${versions.length - index}>`]));
  const plain = (value: unknown) =>
    [...names].reduce((text, [thumbprint, name]) => text.replaceAll(thumbprint, name), JSON.stringify(value));
  const references = Object.entries(await operatorOf(scene).references()).map(([id, x509]) => {
    // Of an embedded certificate its thumbprint alone.
    const held = plain(x509).match(/"(primary|secondary)":("[^"]*"|null)|"sha1Thumbprint":"[^"]*"/g);
    return [id, held];
  });
  return {
    versions: versions.map(({ enabled }) => enabled),
    entries: (await entryNames(scene)).map((name) => plain(name)),
    verified: (await scene.entries('dps-1')).map(({ isVerified }) => isVerified),
    references: Object.fromEntries(references) as Record<string, unknown>,
    pending: await scene.app.ports.vaults.get(CA.vaultUrl)?.pendingRequest(CA.name),
  };
}

async function cleanLife() {
  const scene = await start();
  let answers = 0;
  scene.answered = () => {
    answers += 1;
  };
  await live(scene);
  const calls = scene.calls.length;
  // After the last call nothing is left to break off; and what was refused (404) has no answer to lose.
  const counts = { before: calls, after: calls - 1, 'by the lost answer of': answers };
  return { counts, wanted: await outcome(scene) };
}

// Run when the tests are collected, so that their names say how many calls there are.
const CLEAN = await cleanLife();
const CASES = WHEN.map((when) => {
  const count = CLEAN.counts[when];
  return { when, count, taken: Math.ceil(count / STRIDE) };
});

/** Each scan of a life broken off where the call falls; from then on nothing fails any more. */
async function interrupted(at: number, when: When) {
  const scene = await start();
  if (when === 'by the lost answer of') loseAnswerOf(scene, at);
  else interruptAt(scene, at, when);
  const isReached = failureOf(scene);
  // A process that has gone is back with the next scan.
  const heal = () => Object.assign(scene, { intercept: () => undefined, answered: () => undefined });
  await turn(scene).catch(() => undefined);
  if (isReached()) {
    heal();
    await turn(scene);
  }
  later(scene, OVERLAP);
  await turn(scene).catch(() => undefined);
  const reached = isReached();
  heal();
  await turn(scene);
  // What was written a second time has its overlap once more.
  later(scene, OVERLAP);
  await turn(scene);
  const { method, path } = scene.calls[at] ?? {};
  return { scene, reached, doing: `${when} call ${at}: ${method} ${path}` };
}

/** Whether the interruption has happened. */
function failureOf(scene: Scene): () => boolean {
  let failed = false;
  const { intercept, answered } = scene;
  function watched<Given extends unknown[]>(act: (...given: Given) => Promise<void> | void) {
    return (...given: Given) => {
      try {
        return act(...given);
      } catch (error) {
        failed = true;
        throw error;
      }
    };
  }
  Object.assign(scene, { intercept: watched(intercept), answered: watched(answered) });
  return () => failed;
}

describe('the whole life of a generation', () => {
  it('is seen in the clean run: renewed, moved, released, retired', () => {
    expect(CLEAN.wanted).toMatchObject({
      versions: [true, true],
      entries: ['"old-root"', '"plant-a-ca-<2>"'],
      references: {
        'line-1': ['"primary":"plant-a-ca-<2>"', '"secondary":null'],
        'press-1': ['"primary":"plant-a-ca-<2>"', '"secondary":null'],
        'line-2': ['"sha1Thumbprint":"<2>"', '"secondary":null'],
        'press-2': ['"sha1Thumbprint":"<2>"', '"secondary":null'],
      },
      pending: undefined,
    });
  });

  it.each(CASES)('comes to the same end, interrupted $when a call: $taken of $count', async ({ when, count }) => {
    for (let at = 0; at < count; at += STRIDE) {
      const { scene, reached, doing } = await interrupted(at, when);
      expect(reached, doing).toBe(true);
      expect(await outcome(scene), doing).toEqual(CLEAN.wanted);
      expect(scene.violations(), doing).toEqual([]);
      expect(await scan(scene.app), doing).toEqual([]);
    }
  });
});
