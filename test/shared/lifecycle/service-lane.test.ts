import { describe, expect, it } from 'vitest';
import type { ReadLane } from '../../../shared/lifecycle/lineage-in.ts';
import type { ObservedService } from '../../../shared/lifecycle/observed.ts';
import { canTakeNew, serviceStep } from '../../../shared/lifecycle/service-lane.ts';
import { days, entry, generation, group, NOW, observed, service, version, WISHES } from '../../support/builders.ts';

const NEWEST = generation({ thumbprint: 'B'.repeat(40), notBefore: days(-1), notAfter: days(364) }, 'v2');
const OF_NEWEST = entry({ name: 'new', thumbprint: 'B'.repeat(40) });
/** The next step in a DPS, of a CA whose newest generation is NEWEST. */
const stepIn = (lane: ObservedService, now = NOW) => serviceStep(observed({}, { generations: [NEWEST] }), lane, now);
const others = (count: number) => Array.from({ length: count }, (_, index) => entry({ name: `other-${index}` }));

describe('serviceStep', () => {
  it('uploads the newest generation, under a name of its own, where an older one is', () => {
    expect(stepIn(service(), NOW)).toEqual({
      step: 'upload',
      reason: 'entry-missing',
      generation: NEWEST,
      name: `plant-a-ca-${'B'.repeat(40)}`,
    });
  });

  it('proves possession for an entry that is not verified', () => {
    const unverified = { ...OF_NEWEST, isVerified: false };
    const step = stepIn(service([entry(), unverified]), NOW);
    expect(step).toEqual({ step: 'prove', reason: 'entry-unverified', generation: NEWEST, entry: unverified });
  });

  it('is settled once one entry of the newest generation is verified, whatever its name', () => {
    const twice = [{ ...OF_NEWEST, name: 'by-hand', isVerified: false }, OF_NEWEST];
    expect(stepIn(service(twice), NOW)).toEqual({ step: 'wait', reason: 'settled' });
  });

  it.each(['Activating', 'Transitioning', 'Suspended', 'FailingOver', 'Deleting', ''])(
    'waits while the state is %j',
    (state) => {
      const step = stepIn(service([entry()], state), NOW);
      expect(step).toEqual({ step: 'wait', reason: 'service-not-active', detail: state });
    },
  );

  it('waits for a DPS that cannot be read', () => {
    const unreadable = { kind: 'unreadable', id: '/dps/1', name: 'dps-1', detail: 'timeout' } as const;
    expect(stepIn(unreadable, NOW)).toEqual({
      step: 'wait',
      reason: 'service-unreadable',
      detail: 'timeout',
    });
  });

  it.each([
    ['expired', { notAfter: days(-1) }],
    ['not valid yet', { notBefore: days(1) }],
  ])('refuses a generation that is %s: its key signs no proof', (_, validity) => {
    const unusable = generation({ ...NEWEST.certificate, ...validity });
    expect(serviceStep(observed({}, { generations: [unusable] }), service(), NOW)).toMatchObject({
      reason: 'generation-expired',
    });
  });

  it('leaves an expired generation alone that is verified', () => {
    const expired = generation({ ...NEWEST.certificate, notAfter: days(-1) });
    expect(serviceStep(observed({}, { generations: [expired] }), service([OF_NEWEST]), NOW)).toMatchObject({
      reason: 'settled',
    });
  });

  it.each([
    [24, 'upload'],
    [25, 'refuse'],
  ])('with %i of 25 entries in use: %s', (count, step) => {
    expect(stepIn(service(others(count)), NOW)).toMatchObject({ step });
  });
});

const BACK = entry({ name: 'back', thumbprint: 'C'.repeat(40) });
/** A CA with NEWEST, made today, the generation before, and a later one that was rolled back. */
const THREE = observed(
  { referenceWishes: { ...WISHES, retire: 'overlap' } },
  {
    generations: [{ ...NEWEST, createdOn: NOW }, generation()],
    versions: [
      version('v3', 'C'.repeat(40), days(1), false),
      version('v2', 'B'.repeat(40), NOW),
      version('v1', 'A'.repeat(40), days(-300)),
    ],
  },
);
const NEW = { ...OF_NEWEST, updated: NOW };
const holding = (entries: ReadLane['entries'], ...enrollments: ReturnType<typeof group>[]): ReadLane => ({
  ...service(entries),
  referring: { kind: 'all', enrollments },
});

describe('the lane of a DPS', () => {
  it.each<[moment: string, lane: ReadLane, now: Date, step: string]>([
    [
      'before all, what was rolled back',
      holding([entry(), BACK], group('g', 'plant-a-2029')),
      NOW,
      'retire rolled-back',
    ],
    ['then what is new', holding([entry()], group('g', 'plant-a-2029')), NOW, 'upload entry-missing'],
    [
      'its proof',
      holding([entry(), { ...NEW, isVerified: false }], group('g', 'plant-a-2029')),
      NOW,
      'prove entry-unverified',
    ],
    ['the references', holding([entry(), NEW], group('g', 'plant-a-2029')), NOW, 'move reference-behind'],
    ['rest', holding([entry(), NEW], group('g', 'new', 'plant-a-2029', NOW)), NOW, 'wait overlap-running'],
    [
      'after the overlap, the older one out of the references',
      holding([entry(), NEW], group('g', 'new', 'plant-a-2029', NOW)),
      days(31),
      'retire overlap-over',
    ],
    ['and its entry', holding([entry(), NEW], group('g', 'new')), days(31), 'retire overlap-over'],
    ['the end', holding([NEW], group('g', 'new')), days(31), 'wait settled'],
  ])('has an order: %s', (_, lane, now, expected) => {
    const { step, reason } = serviceStep(THREE, lane, now);
    expect(`${step} ${reason}`).toBe(expected);
  });

  it('names the version that goes, and its entry only once no reference holds it', () => {
    const held = holding([entry(), NEW], group('g', 'new', 'plant-a-2029', NOW));
    const thumbprint = 'A'.repeat(40);
    expect(serviceStep(THREE, held, days(31))).toMatchObject({ step: 'retire', thumbprint, entry: undefined });
    const left = holding([entry(), NEW], group('g', 'new'));
    expect(serviceStep(THREE, left, days(31))).toMatchObject({ step: 'retire', thumbprint, entry: entry() });
  });

  it('makes room for the newest in a DPS that is full, if something may go', () => {
    expect(serviceStep(THREE, service([BACK, ...others(24)]), NOW)).toMatchObject({ step: 'retire', entry: BACK });
    expect(serviceStep(THREE, service(others(25)), NOW)).toMatchObject({ reason: 'no-free-slot' });
  });

  it('registers nothing where enrollments embed the CA and nothing more', () => {
    expect(serviceStep(THREE, { ...holding([]), registers: false }, NOW)).toEqual({ step: 'wait', reason: 'settled' });
  });

  it('is registered, but neither moves nor retires anything, while the enrollments cannot be read', () => {
    const unreadable = { referring: { kind: 'unreadable', detail: 'timeout' } } as const;
    expect(serviceStep(THREE, { ...service([entry(), BACK]), ...unreadable }, NOW)).toMatchObject({ step: 'upload' });
    for (const registers of [true, false]) {
      const lane = { ...service([entry(), NEW, BACK]), ...unreadable, registers };
      expect(serviceStep(THREE, lane, days(31))).toEqual({
        step: 'wait',
        reason: 'enrollments-unreadable',
        detail: 'timeout',
      });
    }
  });
});

describe('canTakeNew', () => {
  it.each([
    [24, true, 'one slot is left'],
    [25, false, 'none is left'],
  ])('with %i entries, the newest generation among them: %s (%s)', (count, can) => {
    expect(canTakeNew(service([OF_NEWEST, ...others(count - 1)]), NEWEST)).toBe(can);
  });

  it.each([
    [23, true, 'two slots are left'],
    [24, false, 'the newest generation needs the last one'],
  ])('with %i entries, the newest generation not among them: %s (%s)', (count, can) => {
    expect(canTakeNew(service(others(count)), NEWEST)).toBe(can);
  });

  it.each([
    ['Active', true],
    ['Suspended', false],
  ])('where enrollments embed the CA and no entry is needed, in the state %s: %s', (state, can) => {
    expect(canTakeNew({ ...service(others(25), state), registers: false }, NEWEST)).toBe(can);
  });
});
