import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import { generationsOf } from '../support/fleet.ts';
import { eventsNamed, later, naming, operatorOf, turn } from '../support/moving.ts';
import { createScene } from '../support/scene.ts';
import { WAYS, type Way, wayOfIssuing, wayOutcome, wayRenewedOnce } from '../support/ways.ts';

// The app's clock, those of the vaults and those of the DPS each say something else, by ten minutes at most from the
// app's: that much earlier is a renewal's notBefore, and one hour a proof's.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START = new Date('2030-03-01T12:00:00.700Z');
const OVERLAP_DAYS = 20;
const TEN_MINUTES = 10 * MINUTE_MS;

const SKEWS = [-TEN_MINUTES, 0, TEN_MINUTES].flatMap((vaultsMs) =>
  [-TEN_MINUTES, 0, TEN_MINUTES].map((servicesMs) => ({ vaultsMs, servicesMs })),
);
const said = (ms: number) =>
  ms === 0 ? 'the same' : `${Math.abs(ms) / MINUTE_MS} minutes ${ms > 0 ? 'ahead' : 'behind'}`;
const ROWS = WAYS.flatMap((way) =>
  SKEWS.map((skew) => [way, said(skew.vaultsMs), said(skew.servicesMs), skew] as const),
);

/** A CA that is due, named by an enrollment group of its DPS. */
async function skewedScene(way: Way, skew: (typeof SKEWS)[number], retire: 'expired' | 'overlap') {
  const issued = wayOfIssuing(way);
  const [service] = issued.seed.provisioningServices;
  const entry = service?.certificates?.[0]?.name ?? '';
  const seed = {
    ...issued.seed,
    provisioningServices: service ? [{ ...service, enrollmentGroups: [naming('line-1', entry)] }] : [],
  };
  const wishes = { retire, overlap: parseDuration(`P${OVERLAP_DAYS}D`) };
  const scene = await createScene(seed, START, { wishes, skew });
  return { scene, entry, ...issued };
}

describe.each(ROWS)('with %s, when the clocks of the vaults are %s and those of the DPS %s', (way, _v, _d, skew) => {
  it('a whole renewal succeeds at the first attempt, and what it made is valid by every clock', async () => {
    const { scene, ...issued } = await skewedScene(way, skew, 'overlap');
    await turn(scene);
    expect(await wayOutcome(scene, issued)).toEqual(wayRenewedOnce(way));
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
    expect(scene.calls.filter(({ status }) => status >= 400 && status !== 404)).toEqual([]);
    const made = new X509Certificate(generationsOf(scene, issued.name).at(-1)?.der ?? '');
    for (const ms of [0, skew.vaultsMs, skew.servicesMs]) {
      expect(made.validFromDate.getTime()).toBeLessThanOrEqual(START.getTime() + ms);
    }
    expect((await operatorOf(scene).references())['line-1']).toMatchObject({
      caReferences: { primary: eventsNamed(scene, 'certificate_uploaded')[0]?.entry },
    });
  });

  it('the older version goes after its overlap, at the earliest by what the clocks differ before its end', async () => {
    const { scene, entry } = await skewedScene(way, skew, 'overlap');
    await turn(scene);
    later(scene, OVERLAP_DAYS);
    scene.clock.now = new Date(scene.clock.now.getTime() - TEN_MINUTES - 1_000);
    await turn(scene);
    expect((await scene.entries('dps-1')).map(({ name }) => name)).toContain(entry);
    scene.clock.now = new Date(scene.clock.now.getTime() + 2 * TEN_MINUTES + 2_000);
    await turn(scene);
    expect((await scene.entries('dps-1')).map(({ name }) => name)).not.toContain(entry);
    expect(scene.violations()).toEqual([]);
  });

  it('the older version goes for its expiry only when it has expired by every clock', async () => {
    const { scene, entry, name } = await skewedScene(way, skew, 'expired');
    const end = new X509Certificate(generationsOf(scene, name)[0]?.der ?? '').validToDate.getTime();
    await turn(scene);
    let gone: number | undefined;
    // Every five minutes, from a day before the end.
    scene.clock.now = new Date(end - DAY_MS);
    await turn(scene);
    for (let at = end - 30 * MINUTE_MS; gone === undefined && at < end + DAY_MS; at += 5 * MINUTE_MS) {
      scene.clock.now = new Date(at);
      await turn(scene);
      if (!(await scene.entries('dps-1')).some((each) => each.name === entry)) gone = at;
    }
    expect(gone).toBeGreaterThan(end);
    for (const ms of [skew.vaultsMs, skew.servicesMs]) expect((gone ?? 0) + ms).toBeGreaterThan(end);
    expect(scene.violations()).toEqual([]);
  });
});
