import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentsInMemory } from '../../../shared/documents-in-memory.ts';
import { Conflict } from '../../../shared/errors.ts';
import type { LifecycleEvent, RefusalEvent } from '../../../shared/events.ts';
import type { RefusalReason } from '../../../shared/lifecycle/reasons.ts';
import { sayRefusals } from '../../../shared/operations/say-refusals.ts';
import type { Documents } from '../../../shared/ports.ts';
import { CA } from '../../support/builders.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2030, 0, 1);

function refusal(reason: RefusalReason, dps?: string): RefusalEvent {
  const where = { ca: CA.name, vault: CA.vaultUrl, ...(dps !== undefined && { dps }) };
  return { event: 'renewal_refused', ...where, reason, message: 'why' };
}

let said: LifecycleEvent[];
let documents: Documents;
beforeEach(() => {
  said = [];
  documents = documentsInMemory();
});

/** What is said `hours` after the beginning. */
async function at(
  hours: number,
  refusals: readonly RefusalEvent[],
  settled = [CA],
): Promise<readonly LifecycleEvent[]> {
  const before = said.length;
  const now = () => new Date(START + hours * HOUR_MS);
  const emit = (event: LifecycleEvent) => {
    said.push(event);
  };
  expect(await sayRefusals({ documents, now, emit }, refusals, settled)).toBeUndefined();
  return said.slice(before);
}

describe('a refusal', () => {
  const forbidden = refusal('forbidden');

  it.each([
    ['every hour', 1, 23],
    ['every five hours', 5, 25],
    ['daily, now and then a minute early', 24 - 1 / 60, 24 - 1 / 60],
  ])('is said at once, and then about daily, where scans come %s', async (_, interval, expected) => {
    const hours: number[] = [];
    for (let hour = 0; hour < 2000; hour += interval) if ((await at(hour, [forbidden])).length > 0) hours.push(hour);
    const gaps = hours.slice(1).map((hour, index) => hour - (hours[index] ?? 0));
    expect(Math.min(...gaps)).toBeCloseTo(expected);
    expect(Math.max(...gaps)).toBeCloseTo(expected);
    expect(hours.length).toBeGreaterThan(70);
  });

  it('is said for each reason and each DPS by itself', async () => {
    const all = [forbidden, refusal('bad-tag'), refusal('forbidden', '/dps-1'), refusal('forbidden', '/dps-2')];
    expect(await at(0, all)).toEqual(all);
    expect(await at(1, [...all, refusal('bad-tag', '/dps-1')])).toEqual([refusal('bad-tag', '/dps-1')]);
  });

  it('is new again once its CA has been without it', async () => {
    await at(0, [forbidden]);
    expect(await at(1, [])).toEqual([]);
    expect(await at(2, [forbidden])).toEqual([forbidden]);
  });

  it('is remembered as long as nobody knows how its CA stands, but not for ever', async () => {
    await at(0, [forbidden]);
    await at(1, [], []);
    expect(await at(2, [forbidden])).toEqual([]);
    await at(200, [], []);
    expect((await documents.read('said.json'))?.value).toEqual({ refusals: {} });
  });

  it.each(['malformed-message', 'vault-not-configured', 'unknown-ca', 'unmanaged'] as const)(
    'for what is no managed CA (%s) leaves nothing behind: whoever writes messages chooses the names in it',
    async (reason) => {
      expect(await at(0, [refusal(reason)], [])).toHaveLength(1);
      expect(await at(1, [refusal(reason)], [])).toHaveLength(1);
      expect(await documents.read('said.json')).toBeUndefined();
    },
  );

  it('is said where the memory cannot be read or written, and the cause returned', async () => {
    const broken: Documents = { ...documents, read: () => Promise.reject(new Error('no such account')) };
    const full: Documents = { ...documents, write: () => Promise.reject(new Error('read-only')) };
    const events: LifecycleEvent[] = [];
    const now = () => new Date(START);
    const emit = (event: LifecycleEvent) => {
      events.push(event);
    };
    expect(await sayRefusals({ documents: broken, now, emit }, [forbidden], [CA])).toBe('no such account');
    expect(await sayRefusals({ documents: full, now, emit }, [forbidden], [CA])).toBe('read-only');
    expect(events).toEqual([forbidden, forbidden]);
  });

  it('is said once where others write the memory at the same time, and theirs is kept', async () => {
    let conflicts = 2;
    const inner = documents;
    documents = {
      ...inner,
      write: async (name, value, read) => {
        if (conflicts === 0) return inner.write(name, value, read);
        conflicts -= 1;
        const theirs = { refusals: { [`other ${conflicts}`]: new Date(START).toISOString() }, more: conflicts };
        await inner.write(name, theirs, await inner.read(name));
        throw new Conflict('changed');
      },
    };
    expect(await at(0, [forbidden])).toEqual([forbidden]);
    expect((await inner.read('said.json'))?.value).toMatchObject({
      more: 0,
      refusals: { 'other 0': expect.any(String), [`${CA.vaultUrl}/${CA.name} vault forbidden`]: expect.any(String) },
    });
  });

  it('is said whatever somebody has written into the memory', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.record({ refusals: fc.jsonValue() })), async (value) => {
        documents = documentsInMemory();
        await documents.write('said.json', value, undefined);
        expect(await at(0, [forbidden])).toEqual([forbidden]);
        expect(await at(1, [forbidden])).toEqual([]);
      }),
    );
  });
});
