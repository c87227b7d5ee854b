import { describe, expect, it } from 'vitest';
import type { Metric } from '../../../shared/metrics.ts';
import { operationOf } from '../../../shared/telemetry/invocation.ts';
import { watchOutcomes } from '../../../shared/telemetry/outcomes.ts';
import { pointsOf } from '../../../shared/telemetry/points-of.ts';
import { propertiesOf } from '../../../shared/telemetry/properties-of.ts';
import { stampOf, stampRecords } from '../../../shared/telemetry/stamp.ts';
import { EVENTS } from '../../support/events.ts';

describe('propertiesOf', () => {
  it('keeps the keys of the payload, leaves out what is absent, and writes lists and objects as JSON', () => {
    const failures = [{ target: 'https://kv', message: 'no' }];
    const event = { ...EVENTS.scan_completed, failures };
    expect(propertiesOf(event)).toEqual({
      managed: '1',
      renewing: '[]',
      due: '[]',
      mode: 'enforce',
      waiting: '1',
      refused: '0',
      unmanaged: '0',
      failures: JSON.stringify(failures),
      durationMs: '5',
    });
    expect(propertiesOf({ ...EVENTS.certificate_unmanaged, notAfter: undefined })).not.toHaveProperty('notAfter');
  });

  it.each(Object.values(EVENTS))('has nothing that is not text: $event', (event) => {
    const { event: _, ...payload } = event;
    const properties = propertiesOf(event);
    expect(Object.keys(properties)).toEqual(Object.keys(payload));
    expect(Object.values(properties).filter((value) => typeof value !== 'string')).toEqual([]);
  });
});

describe('pointsOf', () => {
  const point = (name: Metric['name'], value: number, ca = 'a'): Metric => ({ name, value, dimensions: { ca } });

  it('records the latest only of what stands for itself: the SDK would add the two up', () => {
    const [early, other, late] = [
      point('ca_certificate_verified', 0),
      point('ca_certificate_verified', 1, 'b'),
      point('ca_certificate_verified', 1),
    ];
    expect(pointsOf([early, other, late])).toEqual([other, late]);
  });

  it('records all of what is counted, and of what is spread', () => {
    const metrics = [
      point('renewal_attempts', 1),
      point('renewal_attempts', 1),
      point('renewal_step_duration_ms', 3),
      point('renewal_step_duration_ms', 4),
    ];
    expect(pointsOf(metrics)).toEqual(metrics);
  });
});

describe('stampRecords', () => {
  it('gives a log record the time and the operation that it carries', () => {
    const operation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const record = { attributes: { ca: 'x', ...stampOf(new Date('2026-03-01T12:00:00.250Z'), operation) } };
    stampRecords().onEmit(record);
    expect(record).toMatchObject({ hrTime: [1772366400, 250_000_000], spanContext: { ...operation, traceFlags: 1 } });
  });

  it('leaves a record alone that carries none', () => {
    const record = { attributes: { ca: 'x' } };
    stampRecords().onEmit(record);
    expect(record).toEqual({ attributes: { ca: 'x' } });
  });
});

describe('operationOf', () => {
  it.each([
    [`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }],
    ['00-none', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('of the trace parent %j', (traceParent, operation) => {
    expect(operationOf({ traceContext: { traceParent } })).toEqual(operation);
  });
});

describe('watchOutcomes', () => {
  const answered = async (status: number, body: unknown) => {
    const { policy, take } = watchOutcomes(2000);
    const request = { timeout: 0 };
    await policy.sendRequest(request, async () => ({ status, bodyAsText: JSON.stringify(body) }));
    expect(request.timeout).toBe(2000);
    return take()[0]?.problem;
  };

  it.each([
    [200, { itemsReceived: 2, itemsAccepted: 2 }, undefined],
    [200, 'a page of a proxy', undefined],
    [200, { itemsReceived: 2, itemsAccepted: 1 }, 'answered 200, 1 of 2 items refused'],
    [206, { itemsReceived: 2, itemsAccepted: 1 }, 'answered 206, 1 of 2 items refused'],
    [400, { itemsReceived: 1, itemsAccepted: 0 }, 'check APPLICATIONINSIGHTS_CONNECTION_STRING'],
    [401, {}, 'check APPLICATIONINSIGHTS_AUTHENTICATION_STRING'],
    [403, {}, 'Monitoring Metrics Publisher'],
    [439, {}, 'answered 439'],
    [500, undefined, 'answered 500'],
  ])('an answer %i %j', async (status, body, problem) => {
    if (problem === undefined) expect(await answered(status, body)).toBeUndefined();
    else expect(await answered(status, body)).toContain(problem);
  });

  it('notes what was thrown, throws it on, and forgets what was taken', async () => {
    const { policy, take } = watchOutcomes(2000);
    const refused = new Error('connect ECONNREFUSED');
    await expect(policy.sendRequest({ timeout: 0 }, () => Promise.reject(refused))).rejects.toBe(refused);
    expect(take()).toEqual([{ problem: 'connect ECONNREFUSED' }]);
    expect(take()).toEqual([]);
  });
});
