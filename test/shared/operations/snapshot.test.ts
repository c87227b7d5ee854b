import { describe, expect, it } from 'vitest';
import { boundedPlan } from '../../../shared/operations/bounded-snapshot.ts';
import { plan } from '../../../shared/operations/plan.ts';
import { planOf } from '../../../shared/operations/plan-of.ts';
import { publishRenewal } from '../../../shared/operations/publish-snapshot.ts';
import { readSnapshot } from '../../../shared/operations/read-snapshot.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import type { Snapshot } from '../../../shared/operations/snapshot.ts';
import { survey } from '../../../shared/operations/survey.ts';
import type { Documents } from '../../../shared/ports.ts';
import { withDps } from '../../support/changed-seed.ts';
import { fleet } from '../../support/fleet.ts';
import { isWrite } from '../../support/is-write.ts';
import { groupOf, PLANT_A_CA, withDps1 } from '../../support/planned-scene.ts';
import { createScene, type Scene } from '../../support/scene.ts';
import { snapshotIn } from '../../support/snapshot-in.ts';

const DAY = 86_400_000;
const withGroup = () => withDps1(fleet(), () => ({ enrollmentGroups: [groupOf('line-1')] }));

const plantA = ({ cas }: Snapshot) => cas.find(({ ca }) => ca.name === PLANT_A_CA.name);
const entriesOf = ({ provisioningServices: [service] }: Snapshot) => (service?.kind === 'read' ? service.entries : []);

describe('renewals that end at once', () => {
  it('leave every date of the snapshot a date, whatever is written together', async () => {
    const scene = await createScene(withGroup());
    await scan(scene.app);
    const told = ['a', 'b', 'c'].map((name) => ({
      at: scene.clock.now,
      event: 'certificate_trusted' as const,
      ca: name,
      notAfter: scene.clock.now,
    }));
    await Promise.all(told.map((happening) => publishRenewal(scene.app.ports, [], [happening])));
    const { at, cas, history } = await snapshotIn(scene);
    expect(at).toEqual(scene.clock.now);
    expect(history.toSorted((one, other) => ((one.ca ?? '') < (other.ca ?? '') ? -1 : 1))).toEqual(told);
    expect(cas.map(({ generations: [newest] }) => newest?.notAfter)).toEqual(cas.map(() => expect.any(Date)));
  });
});

describe('a scan', () => {
  it('writes down what a plan of the same moment says, and when and how it looked', async () => {
    const scene = await createScene(withGroup());
    await scan(scene.app);
    const { version, scan: how, history, leftOut, ...snapshot } = await snapshotIn(scene);
    const planned = await plan(scene.app);
    const cas = planned.cas.map((ca) => ({ ...ca, generationCount: ca.generations.length }));
    expect(snapshot).toEqual(JSON.parse(JSON.stringify({ ...planned, cas }), reviveDate));
    expect({ version, how, history, leftOut }).toEqual({
      version: 1,
      how: { mode: 'enforce', durationMs: 0, failures: [] },
      history: [],
      leftOut: {},
    });
  });

  it.each([
    ['the demo fleet', undefined],
    ['two provisioning services', fleet({ services: 2 })],
    ['one of them with nothing in it', withDps(fleet({ services: 2 }), 'dps-2', () => ({ certificates: [] }))],
    ['nothing that is managed', withDps1(fleet(), () => ({ certificates: [] }))],
  ])('asks nothing of Azure for it that it does not ask anyway: %s', async (_, seed) => {
    const looking = await createScene(seed);
    await survey(looking.app, 'refused');
    const scanning = await createScene(seed);
    await scan(scanning.app);
    const paths = ({ calls }: Scene) => calls.map(({ method, path }) => `${method} ${path}`).sort();
    expect(paths(scanning)).toEqual(paths(looking));
    expect(scanning.calls.filter(isWrite)).toEqual([]);
  });

  it('that cannot write it down says so, and finds what is due all the same', async () => {
    const scene = await createScene(fleet());
    const { documents } = scene.app.ports;
    const full: Documents = {
      ...documents,
      write: async (name, value, read) => {
        if (name === 'latest.json') throw new Error('read-only');
        return documents.write(name, value, read);
      },
    };
    expect(await scan({ ...scene.app, ports: { ...scene.app.ports, documents: full } })).toEqual([PLANT_A_CA]);
    expect(scene.events.at(-1)).toMatchObject({ failures: [{ target: 'status', message: 'read-only' }] });
  });

  it('that sees nothing leaves what was seen before, and says when that was', async () => {
    const scene = await createScene(fleet());
    await scan(scene.app);
    const before = await snapshotIn(scene);
    scene.clock.now = new Date(scene.clock.now.getTime() + DAY);
    scene.intercept = () => {
      throw new Error('connection lost');
    };
    await expect(scan(scene.app)).rejects.toThrow('Cannot scan');
    const after = await snapshotIn(scene);
    expect(after).toMatchObject({ at: before.at, cas: before.cas, blind: { at: scene.clock.now } });
    expect(after.blind?.failures[0]?.message).toContain('connection lost');
    scene.intercept = () => undefined;
    await scan(scene.app);
    expect((await snapshotIn(scene)).blind).toBeUndefined();
  });

  it('keeps the last fifty of what has been said that is worth telling', async () => {
    const scene = await createScene(fleet());
    scene.intercept = (_, path) => {
      if (path.endsWith('/sign')) scene.clock.now = new Date(scene.clock.now.getTime() + 1000);
    };
    for (let year = 0; year < 12; year += 1) {
      await scan(scene.app);
      await renew(scene.app, PLANT_A_CA, `r${year}`);
      scene.clock.now = new Date(scene.clock.now.getTime() + 600 * DAY);
    }
    const { history } = await snapshotIn(scene);
    expect(history).toHaveLength(50);
    const times = history.map(({ at }) => at.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(new Set(history.map(({ event }) => event))).toContain('certificate_issued');
    expect(plantA(await snapshotIn(scene))?.generations.length).toBeLessThanOrEqual(8);
  });
});

describe('a renewal', () => {
  it('writes down how it has left its CA, as the next scan finds it', async () => {
    const scene = await createScene(withGroup());
    await scan(scene.app);
    expect((await snapshotIn(scene)).verdict).toBe('due');
    await renew(scene.app, PLANT_A_CA, 'r1');
    const renewed = await snapshotIn(scene);
    expect(plantA(renewed)).toMatchObject({
      generationCount: 2,
      renewedAt: scene.clock.now,
      next: [{ step: 'wait' }, {}],
    });
    expect(renewed.history.map(({ event }) => event)).toEqual([
      'certificate_trusted',
      'possession_proven',
      'certificate_uploaded',
      'certificate_issued',
      'certificate_requested',
    ]);
    await scan(scene.app);
    const scanned = await snapshotIn(scene);
    const byName = (snapshot: Snapshot) =>
      entriesOf(snapshot).toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? ''));
    expect(byName(renewed)).toEqual(byName(scanned));
    expect({ ...plantA(renewed), renewedAt: undefined }).toEqual({ ...plantA(scanned), renewedAt: undefined });
    expect({ verdict: renewed.verdict, obstacles: renewed.obstacles }).toEqual({
      verdict: scanned.verdict,
      obstacles: scanned.obstacles,
    });
  });

  it('of what nobody knows leaves its refusal in the history, and nothing else', async () => {
    const scene = await createScene(fleet());
    await scan(scene.app);
    const before = await snapshotIn(scene);
    await renew(scene.app, { ...PLANT_A_CA, name: 'nobody' }, 'r2');
    const { history, ...after } = await snapshotIn(scene);
    expect(history).toMatchObject([{ event: 'renewal_refused', ca: 'nobody', reason: 'unknown-ca' }]);
    expect(after).toEqual({ ...before, history: undefined });
  });

  it('before the first scan writes nothing down', async () => {
    const scene = await createScene(fleet());
    await renew(scene.app, PLANT_A_CA, 'r1');
    expect(await scene.app.ports.documents.read('latest.json')).toBeUndefined();
  });
});

describe('a document', () => {
  it.each([undefined, null, 'text', [], {}, { refusals: {}, trusted: {} }, { version: 2 }, { version: 1, cas: [] }])(
    'that no scan of this version has written is none: %j',
    (value) => {
      expect(readSnapshot(value)).toBeUndefined();
    },
  );

  it('says how much of long lists is left out', async () => {
    const scene = await createScene(fleet());
    const planned = await planOf(await survey(scene.app, 'refused'));
    const failures = Array.from({ length: 130 }, (_, index) => ({ target: `t${index}`, message: 'x'.repeat(5_000) }));
    const bounded = boundedPlan({ ...planned, failures });
    expect(bounded.leftOut).toEqual({ failures: 30 });
    expect(bounded.failures[0]?.message).toHaveLength(1_000);
  });
});

function reviveDate(_: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value) : value;
}
