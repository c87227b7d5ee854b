import { describe, expect, it } from 'vitest';
import type { LifecycleEvent } from '../../../shared/events.ts';
import { boundedScan } from '../../../shared/operations/bounded-scan.ts';
import { EVENTS } from '../../support/events.ts';

const caOf = (index: number) => ({
  vault: `https://${'v'.repeat(24)}.vault.azure.net`,
  ca: `${index}-${'c'.repeat(120)}`,
});
const scanOf = (renewing: number, due: number, failures: number, message = 'connection lost') => ({
  ...EVENTS.scan_completed,
  renewing: Array.from({ length: renewing }, (_, index) => caOf(index)),
  due: Array.from({ length: due }, (_, index) => ({
    ...caOf(index),
    since: '2030-01-01T00:00:00.000Z',
    notAfter: '2031-01-01T00:00:00.000Z',
  })),
  failures: Array.from({ length: failures }, (_, index) => ({ target: `${'t'.repeat(345)}${index}`, message })),
});
const lineOf = (event: LifecycleEvent) => JSON.stringify(event);

describe('the event of a scan', () => {
  it('is left as it is where it is short', () => {
    const event = scanOf(40, 25, 20);
    expect(boundedScan(event)).toEqual(event);
  });

  it('fits into a line of the log, whatever there is to name, and says how much it does not name', () => {
    const event = scanOf(2_000, 1_800, 1_500, 'm'.repeat(100_000));
    const bounded = boundedScan(event);
    expect(lineOf(bounded).length).toBeLessThan(32_768);
    expect(bounded.leftOut).toEqual({ renewing: 2_000 - 40, due: 1_800 - 25, failures: 1_500 - 20 });
    expect(bounded.renewing).toEqual(event.renewing.slice(0, 40));
    expect(bounded.failures.map(({ target }) => target)).toEqual(
      event.failures.slice(0, 20).map(({ target }) => target),
    );
    expect(bounded.failures[0]?.message).toMatch(/^m+…$/);
  });

  it('counts the one list where the others are short', () => {
    expect(boundedScan(scanOf(41, 0, 0)).leftOut).toEqual({ renewing: 1 });
    expect(boundedScan(scanOf(0, 26, 0)).leftOut).toEqual({ due: 1 });
    expect(boundedScan(scanOf(0, 0, 21)).leftOut).toEqual({ failures: 1 });
  });
});
