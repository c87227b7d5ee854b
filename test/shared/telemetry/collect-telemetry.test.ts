import { describe, expect, it } from 'vitest';
import { collectTelemetry } from '../../../shared/telemetry/collect-telemetry.ts';
import type { Batch, Sink } from '../../../shared/telemetry/sink.ts';
import { EVENTS } from '../../support/events.ts';

const AT = new Date('2026-03-01T12:00:00Z');
const OF = { invocationId: 'invocation-1', operation: undefined };

/** A sink that keeps what it is sent, and takes it as it is told to. */
function sinkThat(take: (batch: Batch) => Promise<void> = async () => undefined) {
  const batches: Batch[] = [];
  let opened = 0;
  const sink: Sink = {
    send: (batch) => {
      batches.push(batch);
      return take(batch);
    },
  };
  const open = async () => {
    opened += 1;
    return sink;
  };
  return { batches, open, opened: () => opened };
}

const sizes = (batches: readonly Batch[]) => batches.map(({ events, metrics }) => events.length + metrics.length);

describe('collectTelemetry', () => {
  it('sends events and metrics together, with the invocation they are of, and opens nothing before', async () => {
    const { batches, open, opened } = sinkThat();
    const telemetry = collectTelemetry(OF, open);
    const metric = { name: 'renewal_attempts', value: 1, dimensions: {} } as const;
    telemetry.event(EVENTS.renewal_settled, AT);
    telemetry.measure(metric);
    expect(opened()).toBe(0);
    await telemetry.flush();
    expect(batches).toEqual([{ ...OF, events: [{ at: AT, event: EVENTS.renewal_settled }], metrics: [metric] }]);
    await telemetry.flush();
    expect([batches.length, opened()]).toEqual([1, 1]);
  });

  it('sends 500 at a time while the invocation goes on, and what is left at its end', async () => {
    const { batches, open } = sinkThat();
    const telemetry = collectTelemetry(OF, open);
    for (let count = 0; count < 1201; count += 1) {
      telemetry.event(EVENTS.enrollment_moved, AT);
      if (count % 100 === 0) await Promise.resolve().then(() => undefined);
    }
    await telemetry.flush();
    expect(sizes(batches).reduce((sum, size) => sum + size, 0)).toBe(1201);
    expect(sizes(batches)[0]).toBe(500);
  });

  it('says which failure was first, once, and goes on with what comes after it', async () => {
    let failures = 0;
    const { batches, open } = sinkThat(async () => {
      failures += 1;
      if (failures < 3) throw new Error(`failure ${failures}`);
    });
    const telemetry = collectTelemetry(OF, open);
    for (let count = 0; count < 600; count += 1) telemetry.event(EVENTS.enrollment_moved, AT);
    await expect(telemetry.flush()).rejects.toThrow('failure 1');
    telemetry.event(EVENTS.renewal_settled, AT);
    await expect(telemetry.flush()).resolves.toBeUndefined();
    expect(batches).toHaveLength(3);
  });

  it('says why the sink cannot be opened', async () => {
    const telemetry = collectTelemetry(OF, () => Promise.reject(new Error('no such file')));
    telemetry.event(EVENTS.renewal_settled, AT);
    await expect(telemetry.flush()).rejects.toThrow('no such file');
  });

  it('keeps no more than 5,000 while a batch is under way, and says how many it gave up', async () => {
    const gate = Promise.withResolvers<void>();
    const { batches, open } = sinkThat(() => gate.promise);
    const telemetry = collectTelemetry(OF, open);
    for (let count = 0; count < 5600; count += 1) telemetry.event(EVENTS.enrollment_moved, AT);
    gate.resolve();
    await expect(telemetry.flush()).rejects.toThrow('100 events and metrics came faster than they could be sent');
    expect(sizes(batches).reduce((sum, size) => sum + size, 0)).toBe(5500);
  });
});
