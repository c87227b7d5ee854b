import { describe, expect, it } from 'vitest';
import { publishedWeights } from '../../../shared/allocation/published-hubs.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const at = (hoursAgo: number) => new Date(NOW.getTime() - hoursAgo * 3_600_000).toISOString();
const WEEK = 7 * 24;
const hub = (name: string, allocationWeight?: number, applyAllocationPolicy?: boolean) => ({
  name: `${name}.azure-devices.net`,
  ...(allocationWeight !== undefined && { allocationWeight }),
  ...(applyAllocationPolicy !== undefined && { applyAllocationPolicy }),
});

/** By short name: weight and whether it applies. */
function weightsOf(document: unknown): Record<string, [number, boolean]> {
  const { weights } = publishedWeights(document, NOW);
  return Object.fromEntries(
    [...weights].map(([name, { weight, applies }]) => [name.replace('.azure-devices.net', ''), [weight, applies]]),
  );
}

describe('publishedWeights', () => {
  it('are those of all DPS, with what is missing as DPS takes it', () => {
    const document = {
      '/dps/1': { at: at(0), hubs: [hub('Hub-A', 3, false), hub('hub-b')] },
      '/dps/2': { at: at(1), hubs: [hub('hub-c', 0, true)] },
      '/dps/3': { at: at(1), hubs: [] },
    };
    expect(weightsOf(document)).toEqual({ 'hub-a': [3, false], 'hub-b': [1, true], 'hub-c': [0, true] });
    expect(publishedWeights(document, NOW)).not.toHaveProperty('gap');
  });

  it.each([
    [hub('hub-a', 0, false), hub('HUB-A', 5, false), [5, false]],
    [hub('hub-a', 5, false), hub('hub-a', 2, true), [5, true]],
    [hub('hub-a', 0, true), hub('hub-a', 0, false), [0, true]],
  ])('of a hub that is linked to several DPS the greatest counts: %j, %j', (one, other, weight) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ]) {
      const document = { '/dps/1': { at: at(0), hubs: [first] }, '/dps/2': { at: at(0), hubs: [second] } };
      expect(weightsOf(document)).toEqual({ 'hub-a': weight });
    }
  });

  it('pass over a DPS that has not been read for a week', () => {
    const document = (hours: number) => ({
      '/dps/1': { at: at(hours), hubs: [hub('hub-a', 0)] },
      '/dps/2': { at: at(0), hubs: [hub('hub-b', 2)] },
    });
    expect(weightsOf(document(WEEK))).toEqual({ 'hub-a': [0, true], 'hub-b': [2, true] });
    expect(weightsOf(document(WEEK + 0.001))).toEqual({ 'hub-b': [2, true] });
  });

  const good = { at: at(0), hubs: [hub('hub-a', 2)] };
  it.each([
    ['absent', undefined],
    ['absent', null],
    ['absent', {}],
    ['stale', { '/dps/1': { ...good, at: at(WEEK + 1) } }],
    ['unreadable', '{"at":'],
    ['unreadable', 7],
    ['unreadable', [good]],
    ['unreadable', { '/dps/1': good, '/dps/2': null }],
    ['unreadable', { '/dps/1': { ...good, at: 'yesterday' } }],
    ['unreadable', { '/dps/1': { ...good, hubs: {} } }],
    ['unreadable', { '/dps/1': { ...good, hubs: ['hub-a'] } }],
    ['unreadable', { '/dps/1': { ...good, hubs: [{ name: 7 }] } }],
    ['unreadable', { '/dps/1': { ...good, hubs: [{ name: 'hub-a', allocationWeight: '2' }] } }],
    ['unreadable', { '/dps/1': { ...good, hubs: [{ name: 'hub-a', allocationWeight: -1 }] } }],
    ['unreadable', { '/dps/1': { ...good, hubs: [{ name: 'hub-a', applyAllocationPolicy: 'no' }] } }],
  ] as const)('are not known, and it is said why: %s, %j', (gap, document) => {
    expect(publishedWeights(document, NOW)).toEqual({ weights: new Map(), gap });
  });
});
