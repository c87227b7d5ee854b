import { describe, expect, it } from 'vitest';
import { documentsInMemory } from '../../../shared/documents-in-memory.ts';
import { type LifecycleEvent, NOTIFIABLE } from '../../../shared/events.ts';
import { isWanted, notify } from '../../../shared/notifications/notify.ts';
import type { Documents } from '../../../shared/ports.ts';
import { parseNotifiable } from '../../../shared/setting-values.ts';
import { EVENTS } from '../../support/events.ts';

const HOUR_MS = 3_600_000;
const SETTINGS = {
  url: 'https://hooks.example/s3cr3t',
  format: 'json',
  events: undefined,
  statusPage: undefined,
} as const;

/** Somebody who is notified; `at` hours from the start, and only where `status` says that it was taken. */
function somebody(documents: Documents = documentsInMemory()) {
  const posted: { sections: { count: number; notices: { event: LifecycleEvent }[] }[] }[] = [];
  const tell = async (hours: number, events: readonly LifecycleEvent[], status = 200): Promise<number> => {
    const now = new Date(Date.parse('2026-03-01T12:00:00Z') + hours * HOUR_MS);
    const before = posted.length;
    const request = async (_: string, body: string) => {
      posted.push(JSON.parse(body));
      return { status, retryAfter: null };
    };
    const wire = { request, pause: async () => undefined, now: () => now };
    const until = new Date(now.getTime() + 100);
    const after = () => new Promise<never>(() => undefined);
    const remember = await notify(
      { wire, documents, after },
      SETTINGS,
      events,
      until,
      new AbortController().signal,
    ).catch(() => undefined);
    await remember?.().catch(() => undefined);
    return posted.length - before;
  };
  return { tell, posted };
}

describe('notify', () => {
  it('sends one message, whatever its events are many', async () => {
    const { tell, posted } = somebody();
    const many = Array.from({ length: 250 }, (_, index) => ({ ...EVENTS.certificate_unmanaged, entry: `e-${index}` }));
    expect(await tell(0, many)).toBe(1);
    expect(posted[0]?.sections.map(({ count, notices }) => [count, notices.length])).toEqual([[250, 5]]);
  });

  it.each<[string, LifecycleEvent, readonly number[]]>([
    ['a refusal, which is said again after 23 hours', EVENTS.renewal_refused, [0, 23, 46]],
    ['wrong settings, which are said hourly', EVENTS.settings_invalid, [0, 22, 44]],
    ['a scan that reads nothing, which is said hourly', { ...EVENTS.scan_completed, managed: 0 }, [0, 22, 44]],
    ['an entry that nobody renews, which is said hourly', EVENTS.certificate_unmanaged, [0]],
  ])('does not repeat every hour: %s', async (_, event, expected) => {
    const { tell } = somebody();
    const told: number[] = [];
    for (let hour = 0; hour <= 48; hour += event.event === 'renewal_refused' ? 23 : 1) {
      if ((await tell(hour, [event])) > 0) told.push(hour);
    }
    expect(told).toEqual(expected);
  });

  it('says again of an entry that nobody renews after thirty days', async () => {
    const { tell } = somebody();
    expect([await tell(0, [EVENTS.certificate_unmanaged]), await tell(719, [EVENTS.certificate_unmanaged])]).toEqual([
      1, 0,
    ]);
    expect(await tell(720, [EVENTS.certificate_unmanaged])).toBe(1);
  });

  it('tells what is another thing: another CA, reason, DPS, version, or target that cannot be read', async () => {
    const { tell } = somebody();
    const failing = (target: string) => ({
      ...EVENTS.scan_completed,
      failures: [{ target, message: String(Math.PI) }],
    });
    const events: LifecycleEvent[] = [
      EVENTS.renewal_refused,
      { ...EVENTS.renewal_refused, ca: 'plant-b-ca' },
      { ...EVENTS.renewal_refused, reason: 'bad-tag' },
      { ...EVENTS.renewal_refused, dps: '/dps/dps-2' },
      EVENTS.certificate_trusted,
      { ...EVENTS.certificate_trusted, thumbprint: 'B'.repeat(40) },
      failing('https://kv-1'),
      failing('https://kv-2'),
    ];
    for (const event of events) expect(await tell(0, [event])).toBe(1);
    for (const event of events) expect(await tell(1, [event])).toBe(0);
  });

  it('takes the same thing for the same, in another renewal and however long it took', async () => {
    const { tell } = somebody();
    expect(await tell(0, [EVENTS.renewal_settled])).toBe(1);
    expect(await tell(1, [{ ...EVENTS.renewal_settled, renewalId: 'r2', durationMs: 77 }])).toBe(0);
  });

  it('tells again what was not taken', async () => {
    const { tell } = somebody();
    expect(await tell(0, [EVENTS.settings_invalid], 404)).toBe(1);
    expect(await tell(1, [EVENTS.settings_invalid])).toBe(1);
  });

  it('tells all of it where nobody remembers', async () => {
    const broken: Documents = {
      read: () => Promise.reject(new Error('storage is down')),
      write: () => Promise.reject(new Error('storage is down')),
    };
    const { tell } = somebody(broken);
    expect([await tell(0, [EVENTS.settings_invalid]), await tell(1, [EVENTS.settings_invalid])]).toEqual([1, 1]);
  });
});

describe('isWanted', () => {
  const names = (events: Parameters<typeof isWanted>[1]['events']) =>
    Object.values(EVENTS).flatMap((event) => (isWanted(event, { events }) ? event.event : []));

  it('where nothing is set: what needs a person, and the ends of renewals', () => {
    expect(names(undefined)).toEqual([
      'certificate_unmanaged',
      'certificate_trusted',
      'certificate_retired',
      'renewal_refused',
      'renewal_abandoned',
      'attestation_lost',
      'settings_invalid',
    ]);
    expect(isWanted({ ...EVENTS.certificate_requested, csr: 'MIIB' }, { events: undefined })).toBe(true);
    expect(isWanted({ ...EVENTS.scan_completed, managed: 0 }, { events: undefined })).toBe(true);
  });

  it('else what is set, no more', () => {
    expect(names(parseNotifiable('renewal_settled, certificate_issued'))).toEqual([
      'certificate_issued',
      'renewal_settled',
    ]);
  });

  it('never that something could not be sent', () => {
    expect([NOTIFIABLE.notification_lost, NOTIFIABLE.telemetry_lost]).toEqual([false, false]);
  });
});
