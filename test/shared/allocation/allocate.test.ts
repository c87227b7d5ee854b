import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../../shared/allocation/allocate.ts';
import { DENIAL_REASONS } from '../../../shared/allocation/denial-reasons.ts';
import { hubWeights } from '../../../shared/allocation/hub-weights.ts';
import { HUBS, request, rulesOf } from '../../support/allocation-builders.ts';

const [A = '', B = '', C = ''] = HUBS;
const NO_WEIGHTS = hubWeights([]);
const ids = Array.from({ length: 200 }, (_, index) => `device-${index}`);

/** The hubs that 200 new devices get, sorted; and those that are denied, by their reason. */
function answers(overrides: Parameters<typeof request>[0], rules = rulesOf(), weights = NO_WEIGHTS): string[] {
  const given = ids.map((registrationId) => allocate(request({ ...overrides, registrationId }), rules, weights));
  return [...new Set(given.map((each) => ('hub' in each ? each.hub : each.denied)))].sort();
}

describe('allocate, without rules', () => {
  it('uses all linked hubs, and nobody’s weight but 1', () => {
    expect(answers({})).toStrictEqual([A, B, C]);
    // The vector of docs/allocation.md has other weights; these scores are 1.19, 0.43 and 1.20.
    expect(allocate(request(), [], NO_WEIGHTS)).toStrictEqual({ hub: C, rule: 'default' });
  });

  it('uses the weights of the DPS', () => {
    const weights = hubWeights([{ name: A.toUpperCase(), allocationWeight: 2 }, { name: B }]);
    expect(allocate(request(), [], weights)).toStrictEqual({ hub: A, rule: 'default' });
  });

  it.each([
    ['a weight of 0', { allocationWeight: 0 }],
    ['applyAllocationPolicy: false', { applyAllocationPolicy: false }],
    ['applyAllocationPolicy: false with a weight', { applyAllocationPolicy: false, allocationWeight: 9 }],
  ])('%s takes a hub out, for new devices and for those that are on it', (_name, part) => {
    const weights = hubWeights([{ name: A, ...part }]);
    expect(answers({}, [], weights)).toStrictEqual([B, C]);
    expect(answers({ currentHub: A }, [], weights)).toStrictEqual([B, C]);
    expect(answers({ linkedHubs: [A] }, [], weights)).toStrictEqual(['no-candidate-hub']);
  });

  it.each(HUBS)('a device stays on %s, whatever its hash says', (hub) => {
    expect(answers({ currentHub: hub.toUpperCase() })).toStrictEqual([hub]);
  });

  it('a device whose hub is not linked any more gets another', () => {
    expect(answers({ currentHub: 'gone.azure-devices.net' })).toStrictEqual([A, B, C]);
  });

  it('answers in DPS’s spelling', () => {
    expect(answers({ linkedHubs: ['Hub-X.azure-devices.NET'] })).toStrictEqual(['Hub-X.azure-devices.NET']);
  });

  it('denies where nothing is linked', () => {
    expect(allocate(request({ linkedHubs: [] }), [], NO_WEIGHTS)).toStrictEqual({
      denied: 'no-linked-hub',
      message: expect.stringContaining('Link one to the DPS'),
      rule: 'default',
    });
  });
});

describe('allocate, with rules', () => {
  it('the first rule that matches decides', () => {
    const rules = rulesOf(
      { name: 'others', match: { enrollment: 'plant-b' }, hubs: [A] },
      { name: 'first', match: { enrollment: 'plant-*' }, hubs: [B] },
      { name: 'second', hubs: [C] },
    );
    expect(allocate(request(), rules, NO_WEIGHTS)).toStrictEqual({ hub: B, rule: 'first' });
    expect(
      allocate(request({ enrollment: { kind: 'group', id: 'x', keepsHub: false } }), rules, NO_WEIGHTS),
    ).toStrictEqual({
      hub: C,
      rule: 'second',
    });
  });

  it('where no rule matches, the default rule decides', () => {
    const rules = rulesOf({ name: 'others', match: { enrollment: 'x' }, deny: 'no' });
    expect(allocate(request(), rules, NO_WEIGHTS)).toStrictEqual({ hub: C, rule: 'default' });
  });

  it.each([
    ['names a hub', [A], [A]],
    ['names hubs in another spelling', [A.toUpperCase(), B.toUpperCase()], [A, B]],
    ['names one that is not linked besides', [A, 'elsewhere.azure-devices.net'], [A]],
    ['names none that is linked', ['elsewhere.azure-devices.net'], ['no-candidate-hub']],
    ['gives weights', { [A]: 1, [C]: 2 }, [A, C]],
    ['gives a weight of 0', { [A]: 0, [C]: 2 }, [C]],
    ['names a hub that the policy does not apply to', { [B]: 1 }, [B]],
    ['names it without a weight', [B], [B]],
    ['names hubs whose weight in the DPS is 0', [C], ['no-candidate-hub']],
    ['weighs such a hub itself', { [C]: 1 }, [C]],
  ])('a rule that %s: %j', (_name, hubs, expected) => {
    const weights = hubWeights([
      { name: B, applyAllocationPolicy: false },
      ...(JSON.stringify(hubs).includes(C) ? [{ name: C, allocationWeight: 0 }] : []),
    ]);
    expect(answers({}, rulesOf({ name: 'r', hubs }), weights)).toStrictEqual(expected);
  });

  it('a rule’s weights count, not the DPS’s', () => {
    const weights = hubWeights([{ name: A, allocationWeight: 1000 }]);
    expect(allocate(request(), rulesOf({ name: 'r', hubs: { [A]: 1, [C]: 1 } }), weights)).toMatchObject({ hub: C });
    expect(allocate(request(), rulesOf({ name: 'r', hubs: [A, C] }), weights)).toMatchObject({ hub: A });
  });

  it('a device stays on its hub if the rule knows it, and moves if the rule does not or says so', () => {
    const hubs = [A, B];
    expect(answers({ currentHub: B }, rulesOf({ name: 'r', hubs }))).toStrictEqual([B]);
    expect(answers({ currentHub: C }, rulesOf({ name: 'r', hubs }))).toStrictEqual([A, B]);
    expect(answers({ currentHub: B }, rulesOf({ name: 'r', hubs, sticky: false }))).toStrictEqual([A, B]);
  });

  it('hands on twin and payload as they are', () => {
    const given = { initialTwin: { tags: { a: { b: [1, null] } } }, payload: { version: 1, count: { metadata: 2 } } };
    const rules = rulesOf({ name: 'r', hubs: [A], ...given });
    expect(allocate(request(), rules, NO_WEIGHTS)).toStrictEqual({ hub: A, ...given, rule: 'r' });
  });

  it('denies with the rule’s words', () => {
    const rules = rulesOf({ name: 'r', deny: 'Recalled.' });
    const denial = { denied: 'rule-denied', message: 'Recalled.', rule: 'r' };
    expect(allocate(request({ currentHub: A }), rules, NO_WEIGHTS)).toStrictEqual(denial);
    expect(Object.keys(DENIAL_REASONS)).toContain('rule-denied');
  });

  it('lists only a few of many linked hubs', () => {
    const linkedHubs = Array.from({ length: 50 }, (_, index) => `hub-${index}`);
    const denial = allocate(request({ linkedHubs }), rulesOf({ name: 'r', hubs: ['x'] }), NO_WEIGHTS);
    expect(denial).toMatchObject({
      message: expect.stringContaining('(hub-0, hub-1, hub-2, hub-3, hub-4 and 45 more)'),
    });
  });
});

describe('allocate, where the enrollment never reprovisions', () => {
  const kept = { enrollment: { kind: 'group', id: 'plant-a', keepsHub: true }, linkedHubs: [A] } as const;

  it.each([
    ['is on the only linked hub', { ...kept, currentHub: A.toUpperCase() }, [A]],
    ['is new', { ...kept, currentHub: undefined }, ['no-candidate-hub']],
    ['is on another hub', { ...kept, currentHub: B }, ['no-candidate-hub']],
    ['may go to several hubs', { ...kept, linkedHubs: [A, B], currentHub: A }, [B]],
    ['would be moved by DPS', { ...request(), linkedHubs: [A], currentHub: A }, ['no-candidate-hub']],
  ])('a device for which the rule has no hub and that %s: %s', (_name, overrides, expected) => {
    expect(answers(overrides, rulesOf({ name: 'r', hubs: [B], sticky: false }))).toStrictEqual(expected);
  });

  it('a rule that denies denies', () => {
    expect(answers({ ...kept, currentHub: A }, rulesOf({ name: 'r', deny: 'no' }))).toStrictEqual(['rule-denied']);
  });
});

describe('allocate, whatever comes', () => {
  it('answers one of the linked hubs or denies, and the same whatever their order', () => {
    const hub = fc.constantFrom(...HUBS, 'x', 'y');
    const weight = fc.record({
      name: hub,
      allocationWeight: fc.constantFrom(undefined, 0, 1, 5),
      applyAllocationPolicy: fc.constantFrom(undefined, true, false),
    });
    const named = fc.uniqueArray(hub, { minLength: 1 });
    const rule = fc.option(fc.record({ hubs: named, sticky: fc.boolean() }), { nil: undefined });
    const device = fc.record({ currentHub: fc.option(hub, { nil: undefined }), linkedHubs: fc.uniqueArray(hub) });
    fc.assert(
      fc.property(device, rule, fc.array(weight), (overrides, given, hubs) => {
        const rules = given ? rulesOf({ name: 'r', ...given }) : [];
        const decision = allocate(request(overrides), rules, hubWeights(hubs));
        if ('hub' in decision) expect(overrides.linkedHubs).toContain(decision.hub);
        const other = request({ ...overrides, linkedHubs: overrides.linkedHubs.toReversed() });
        const again = allocate(other, rules, hubWeights(hubs));
        expect('hub' in again ? again.hub : again.denied).toBe('hub' in decision ? decision.hub : decision.denied);
      }),
    );
  });
});
