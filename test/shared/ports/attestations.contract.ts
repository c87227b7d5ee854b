import { describe, expect, it } from 'vitest';
import type { Attestation, Attestations, EnrollmentKind, KeptAttestation } from '../../../shared/ports.ts';

const T1 = new Date('2026-11-22T10:00:00.000Z');
const T2 = new Date('2026-11-22T10:00:00.001Z');
const T3 = new Date('2026-11-23T00:00:00.000Z');

function attestation(overrides: Partial<Attestation> = {}): Attestation {
  return {
    kind: 'group',
    enrollment: 'line-1',
    registrationId: 'device-001',
    at: T2,
    certificate: undefined,
    issuerName: undefined,
    issuerThumbprints: [],
    thumbprints: [],
    ...overrides,
  };
}

const FULL = attestation({
  certificate: Uint8Array.from({ length: 2000 }, (_, index) => index % 256),
  issuerName: 'CN=Línea\\, 1,O=Contoso',
  issuerThumbprints: ['A0'.repeat(20), 'B1'.repeat(32)],
  thumbprints: ['C2'.repeat(20)],
});

async function all(store: Attestations, kind: EnrollmentKind, id: string): Promise<readonly KeptAttestation[]> {
  const found: KeptAttestation[] = [];
  for await (const page of store.ofEnrollment(kind, id)) found.push(...page);
  return found.sort((a, b) => (a.registrationId < b.registrationId ? -1 : 1));
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

/** What every implementation of `Attestations` must do. `attestations` has none yet at each call. */
export function attestationsContract(attestations: () => Promise<Attestations>): void {
  describe('attestations', () => {
    it('are none until one is recorded', async () => {
      expect(await all(await attestations(), 'group', 'line-1')).toEqual([]);
    });

    it.each([
      ['with all there may be', FULL],
      ['with nothing but the fact', attestation()],
    ])('come back as they were recorded: %s', async (_, recorded) => {
      const store = await attestations();
      await store.record(recorded);
      expect(await all(store, 'group', 'line-1')).toStrictEqual([{ ...recorded, firstSeen: T2 }]);
    });

    const steps = [
      attestation({ at: T1, issuerName: 'CN=first' }),
      attestation({ at: T2, issuerName: 'CN=second' }),
      attestation({ at: T3, issuerName: 'CN=last' }),
    ];
    it.each(permutations(steps).map((order) => [order.map(({ issuerName }) => issuerName).join(' '), order] as const))(
      'keep the latest and since when, whatever the order and however often: %s',
      async (_, order) => {
        const store = await attestations();
        for (const each of [...order, ...order]) await store.record(each);
        expect(await all(store, 'group', 'line-1')).toStrictEqual([
          { ...attestation({ at: T3, issuerName: 'CN=last' }), firstSeen: T1 },
        ]);
      },
    );

    it('leave nothing behind of what was known before: a later one without certificate has none', async () => {
      const store = await attestations();
      await store.record(FULL);
      await store.record(attestation({ at: T3 }));
      expect(await all(store, 'group', 'line-1')).toStrictEqual([{ ...attestation({ at: T3 }), firstSeen: T2 }]);
    });

    it('stay as they are where another has the same time', async () => {
      const store = await attestations();
      await store.record(FULL);
      await store.record(attestation());
      expect(await all(store, 'group', 'line-1')).toStrictEqual([{ ...FULL, firstSeen: T2 }]);
    });

    it('are those of an enrollment, told apart by kind and id, but not by case', async () => {
      const store = await attestations();
      await store.record(attestation({ enrollment: 'Line-1', registrationId: 'a' }));
      await store.record(attestation({ enrollment: 'LINE-1', registrationId: 'b' }));
      await store.record(attestation({ enrollment: 'line-10', registrationId: 'c' }));
      await store.record(attestation({ kind: 'individual', registrationId: 'd' }));
      expect((await all(store, 'group', 'line-1')).map(({ registrationId }) => registrationId)).toEqual(['a', 'b']);
    });

    it('are one for a registrationId in whatever case, in the spelling of the latest', async () => {
      const store = await attestations();
      await store.record(attestation({ registrationId: 'Device-001' }));
      await store.record(attestation({ registrationId: 'DEVICE-001', at: T3 }));
      expect((await all(store, 'group', 'line-1')).map(({ registrationId }) => registrationId)).toEqual(['DEVICE-001']);
    });

    it.each(['a:b._-c', "o'brien", 'a/b\\c#d?e%f', 'Ünïcode ☃', 'x'.repeat(128), 'a=2Fb', '\ud800'])(
      'hold for ids with any characters: %j',
      async (id) => {
        const store = await attestations();
        await store.record(attestation({ enrollment: id, registrationId: 'device' }));
        await store.record(attestation({ enrollment: 'line-1', registrationId: id }));
        expect((await all(store, 'group', id)).map(({ registrationId }) => registrationId)).toEqual(['device']);
        expect(await all(store, 'group', 'line-1')).toHaveLength(1);
      },
    );

    it('hold where many are recorded at once, of one device too', async () => {
      const store = await attestations();
      const times = [3, 1, 4, 2].map((minute) => new Date(Date.UTC(2026, 10, 22, 10, minute)));
      const many = Array.from({ length: 20 }, (_, index) => attestation({ registrationId: `device-${index}` }));
      await Promise.all([...many, ...times.map((at) => attestation({ at }))].map((each) => store.record(each)));
      const found = await all(store, 'group', 'line-1');
      expect(found).toHaveLength(21);
      const [first, last] = [new Date(Date.UTC(2026, 10, 22, 10, 1)), new Date(Date.UTC(2026, 10, 22, 10, 4))];
      expect(found.find(({ registrationId }) => registrationId === 'device-001')).toMatchObject({
        firstSeen: first,
        at: last,
      });
    });
  });
}
