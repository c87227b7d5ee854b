import { describe, expect, it } from 'vitest';
import { type EventName, type LifecycleEvent, needsAttention } from '../../shared/events.ts';
import { EVENTS } from '../support/events.ts';

/** Every event of the union has its line, or this does not compile. */
const ATTENTION: Readonly<Record<EventName, boolean>> = {
  scan_completed: false,
  certificate_unmanaged: true,
  certificate_requested: false,
  version_disabled: false,
  certificate_issued: false,
  certificate_uploaded: false,
  possession_proven: false,
  enrollment_moved: false,
  certificate_trusted: false,
  certificate_retired: false,
  renewal_settled: false,
  renewal_refused: true,
  renewal_abandoned: true,
  device_allocated: false,
  allocation_denied: true,
  attestation_lost: true,
  settings_invalid: true,
  telemetry_lost: true,
  notification_lost: true,
};

describe('needsAttention', () => {
  it.each(Object.entries(EVENTS))('%s', (name, event) => {
    expect(needsAttention(event)).toBe(ATTENTION[name as EventName]);
  });

  it('a request that somebody else is to sign', () => {
    expect(needsAttention({ ...EVENTS.certificate_requested, csr: 'MIIB' } as LifecycleEvent)).toBe(true);
  });

  const failure = { target: 'https://kv-fleet.vault.azure.net', message: 'connection lost' };
  it.each<[string, Partial<LifecycleEvent & { event: 'scan_completed' }>, boolean]>([
    ['that watches over nothing', { managed: 0 }, true],
    ['that could not read everything', { failures: [failure] }, true],
    ['that watches over nothing and could not read everything', { managed: 0, failures: [failure] }, true],
    ['that found something refused, which is said by an event of its own', { refused: 1 }, false],
    ['that found something unmanaged, which is said by an event of its own', { unmanaged: 1 }, false],
  ])('of a scan %s', (_, given, attention) => {
    expect(needsAttention({ ...EVENTS.scan_completed, ...given })).toBe(attention);
  });
});
