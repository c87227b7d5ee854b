import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, candidateOf, chooseHub, uniform } from '../../../shared/allocation/rendezvous.ts';
import { HUBS } from '../../support/allocation-builders.ts';
import { counted } from '../../support/counts.ts';

const DEVICES = counted(20_000, 1_000_000);
const ids = Array.from({ length: DEVICES }, (_, index) => `device-${index}`);
const page = readFileSync(new URL('../../../docs/allocation.md', import.meta.url), 'utf8');
const VECTORS = [...page.matchAll(/^\| `([^`]+)` \| `(\w+)` \| `(\w+)` \| `(\w+)` \| `(hub-\w)` \|$/gm)].map(
  ([, id = '', a = '', b = '', c = '', chosen = '']) => ({ id, n: [a, b, c], chosen }),
);
const WEIGHTS = [2, 1, 1];

/** Another way to the same numbers: Web Crypto, and u^(1/w), which has the same order as -w / ln(u). */
async function byHand(id: string): Promise<{ n: string[]; chosen: string }> {
  const n = await Promise.all(
    HUBS.map(async (hub) => {
      const text = new TextEncoder().encode(`${id.toLowerCase()}\n${hub}`);
      return Buffer.from(await crypto.subtle.digest('SHA-256', text))
        .toString('hex')
        .slice(0, 12);
    }),
  );
  const scores = n.map((hex, index) => ((Number.parseInt(hex, 16) + 0.5) / 2 ** 48) ** (1 / (WEIGHTS[index] ?? 1)));
  return { n, chosen: HUBS[scores.indexOf(Math.max(...scores))]?.split('.')[0] ?? '' };
}

function weighted(...weights: readonly number[]): Candidate[] {
  return weights.flatMap((weight, index) => candidateOf(HUBS[index] ?? `hub-${index}`, weight));
}

/** How far a count may lie from what theory demands: four standard deviations of a binomial distribution. */
function bound(share: number): number {
  return 4 * Math.sqrt(DEVICES * share * (1 - share));
}

/** How many devices change from one hub to another between two sets of candidates. */
function moves(before: readonly Candidate[], after: readonly Candidate[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const [from, to] = [chooseHub(id, before), chooseHub(id, after)];
    if (from !== to) counts.set(`${from} ${to}`, (counts.get(`${from} ${to}`) ?? 0) + 1);
  }
  return counts;
}

describe('the hash', () => {
  it('has vectors in its documentation in which each hub is chosen', () => {
    expect(new Set(VECTORS.map(({ chosen }) => chosen))).toStrictEqual(new Set(['hub-a', 'hub-b', 'hub-c']));
  });

  it.each(VECTORS)('is as documented for $id', async ({ id, n, chosen }) => {
    expect(
      HUBS.map((hub) =>
        Math.floor(uniform(id, hub) * 2 ** 48)
          .toString(16)
          .padStart(12, '0'),
      ),
    ).toStrictEqual(n);
    expect(chooseHub(id, weighted(...WEIGHTS))).toBe(`${chosen}.azure-devices.net`);
    expect(await byHand(id)).toStrictEqual({ n, chosen });
  });

  it('gives one number that has not changed since the first release', () => {
    expect(uniform('device-001', 'hub-a.azure-devices.net')).toBe((0x6e4d4794a196 + 0.5) / 2 ** 48);
  });

  it('gives 10,000 devices the hubs that they have had since the first release', () => {
    // Taken on Node 20 and on Node 24, which agree: logarithms are rounded by the engine, hashes by nobody.
    const chosen = createHash('sha256');
    for (const id of ids.slice(0, 10_000)) chosen.update(`${chooseHub(id, weighted(...WEIGHTS))}\n`);
    expect(chosen.digest('hex')).toBe('c6c4e3bb4559e9152b5a197b27ef5e0230d4f5b7e2d9b953a5120ee716298a15');
  });
});

describe('chooseHub', { timeout: 300_000 }, () => {
  it.each([
    ['equal', [1, 1, 1]],
    ['2:1:1', [2, 1, 1]],
    ['far apart', [1000, 10, 1]],
    ['fractions', [0.5, 0.25, 0.25]],
    ['one', [7]],
  ])('gives each hub its share of the devices: weights %s', (_name, weights) => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const counts = Map.groupBy(ids, (id) => chooseHub(id, weighted(...weights)));
    let chiSquare = 0;
    for (const [index, weight] of weights.entries()) {
      const count = counts.get(HUBS[index])?.length ?? 0;
      const expected = (DEVICES * weight) / sum;
      expect(Math.abs(count - expected)).toBeLessThanOrEqual(bound(weight / sum));
      chiSquare += (count - expected) ** 2 / expected;
    }
    // Two degrees of freedom: 13.8 is exceeded by chance once in a thousand. The ids are fixed, so it never varies.
    expect(chiSquare).toBeLessThan(13.8);
  });

  it.each([
    ['a hub is added', [2, 1], [2, 1, 1], 'to', 2, 1 / 4],
    ['a hub is removed', [2, 1, 1], [2, 1], 'from', 2, 1 / 4],
    ['a weight grows', [2, 1, 1], [2, 1, 3], 'to', 2, 3 / 6 - 1 / 4],
    ['a weight shrinks', [2, 2, 1], [2, 1, 1], 'from', 1, 2 / 5 - 1 / 4],
  ] as const)('moves only what theory demands when %s', (_name, before, after, side, index, share) => {
    const counts = moves(weighted(...before), weighted(...after));
    const changed = HUBS[index] ?? '';
    for (const move of counts.keys()) expect(move.split(' ')[side === 'from' ? 0 : 1]).toBe(changed);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    expect(Math.abs(total - DEVICES * share)).toBeLessThanOrEqual(bound(share));
  });

  const candidate = fc
    .tuple(fc.stringMatching(/^[a-z][a-z0-9-]{1,12}$/), fc.integer({ min: 1, max: 50 }))
    .map(([hub, weight]) => candidateOf(hub, weight));
  const candidates = fc.uniqueArray(candidate, { selector: ({ hub }) => hub, minLength: 1, maxLength: 12 });
  const id = fc.stringMatching(/^[A-Za-z0-9._:-]{1,40}$/);

  it('does not depend on the order of the candidates, nor on anybody’s spelling', () => {
    fc.assert(
      fc.property(id, candidates, (device, hubs) => {
        const shouted = hubs.toReversed().map(({ hub, weight }) => candidateOf(hub.toUpperCase(), weight));
        expect(chooseHub(device.toUpperCase(), shouted)).toBe(chooseHub(device, hubs)?.toUpperCase());
      }),
    );
  });

  it('leaves a device alone when a hub goes that is not its own, or comes and does not win it', () => {
    fc.assert(
      fc.property(id, candidates, candidate, (device, hubs, other) => {
        const chosen = chooseHub(device, hubs);
        for (const { hub } of hubs.filter((each) => each.hub !== chosen)) {
          expect(
            chooseHub(
              device,
              hubs.filter((each) => each.hub !== hub),
            ),
          ).toBe(chosen);
        }
        if (hubs.some(({ hub }) => hub === other.hub)) return;
        expect([chosen, other.hub]).toContain(chooseHub(device, [...hubs, other]));
      }),
    );
  });

  it('chooses the same when all weights are multiplied by the same power of two', () => {
    fc.assert(
      fc.property(id, candidates, (device, hubs) => {
        const more = hubs.map(({ hub, weight }) => candidateOf(hub, weight * 64));
        expect(chooseHub(device, more)).toBe(chooseHub(device, hubs));
      }),
    );
  });

  it('takes the first name of two hubs with the same score, whatever their order', () => {
    // So small that most scores become one of the few smallest numbers there are.
    const hubs = ['b', 'A', 'c'].map((hub) => candidateOf(hub, Number.MIN_VALUE));
    const chosen = ids.slice(0, 200).map((device) => chooseHub(device, hubs));
    expect(ids.slice(0, 200).map((device) => chooseHub(device, hubs.toReversed()))).toStrictEqual(chosen);
    expect(chosen.filter((hub) => hub === 'A').length).toBeGreaterThan(chosen.filter((hub) => hub === 'c').length);
  });

  it('chooses nothing from nothing', () => {
    expect(chooseHub('device-001', [])).toBeUndefined();
  });
});
