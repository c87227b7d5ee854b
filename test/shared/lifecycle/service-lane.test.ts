import { describe, expect, it } from 'vitest';
import type { ObservedService } from '../../../shared/lifecycle/observed.ts';
import { canTakeNew, serviceStep } from '../../../shared/lifecycle/service-lane.ts';
import { days, entry, generation, NOW, observed, service } from '../../support/builders.ts';

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
});
