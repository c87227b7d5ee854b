import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import { parseRenewBefore } from '../../shared/lifecycle/renew-before.ts';
import { scan } from '../../shared/operations/scan.ts';
import { readCertificate } from '../../shared/x509/certificate.ts';
import { CA_NAME, enrolled, entryNames, naming, OLD, turn, VAULT } from '../support/moving.ts';
import { createScene, type Scene } from '../support/scene.ts';

// Days that not every year or month has, and dates without an end.

const IN_USE = [{ enrollmentGroups: [naming('line-1')] }];

async function at(scene: Scene, iso: string): Promise<readonly string[]> {
  scene.clock.now = new Date(iso);
  await turn(scene);
  return entryNames(scene);
}

describe('an overlap of a month that begins on 31 January', () => {
  it.each([
    ['2030', '2030-02-28T11:59:59Z', '2030-02-28T12:00:01Z'],
    ['2032, a leap year', '2032-02-29T11:59:59Z', '2032-02-29T12:00:01Z'],
  ])('ends on the last of February: %s', async (year, before, after) => {
    const wishes = { retire: 'overlap' as const, overlap: parseDuration('P1M') };
    const scene = await createScene(enrolled(IN_USE), new Date(`${year.slice(0, 4)}-01-31T12:00:00Z`), { wishes });
    await turn(scene);
    expect(await at(scene, before)).toContain(OLD);
    expect(await at(scene, after)).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });
});

describe('a notAfter on 29 February', () => {
  const seed = () => enrolled(IN_USE, { notBefore: '2028-02-29T00:00:00Z', notAfter: '2032-02-29T12:00:00Z' });

  it('opens its window a year before on the 28th, and not a second sooner', async () => {
    const wishes = { renewBefore: parseRenewBefore('P1Y') };
    const scene = await createScene(seed(), new Date('2031-02-28T11:59:59Z'), { wishes });
    expect(await scan(scene.app)).toEqual([]);
    scene.clock.now = new Date('2031-02-28T12:00:00Z');
    expect(await scan(scene.app)).toMatchObject([{ name: CA_NAME }]);
  });

  it('is renewed for as many days, and goes an hour after it', async () => {
    const scene = await createScene(seed(), new Date('2032-01-01T00:00:00Z'));
    await turn(scene);
    const [old, renewed] = (scene.vault(VAULT).certificates().get(CA_NAME) ?? []).map(({ der }) =>
      readCertificate(der),
    );
    const length = (each = old) => (each ? each.notAfter.getTime() - each.notBefore.getTime() : 0);
    expect(length(renewed)).toBe(length(old));
    expect(await at(scene, '2032-02-29T13:00:00Z')).toContain(OLD);
    expect(await at(scene, '2032-02-29T13:00:01Z')).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });
});

describe('a CA without a well-defined end', () => {
  const FOREVER = { notBefore: '2020-01-01T00:00:00Z', notAfter: '9999-12-31T23:59:59Z' };

  it.each(['20%', 'P30D', 'P10Y'])('is never due (RENEW_BEFORE=%s)', async (text) => {
    const wishes = { renewBefore: parseRenewBefore(text) };
    const scene = await createScene(enrolled(IN_USE, FOREVER), new Date('2030-01-01T00:00:00Z'), { wishes });
    // The root is not, either: sixteen of its twenty years are left.
    expect(await scan(scene.app)).toEqual([]);
    expect(scene.events.at(-1)).toMatchObject({ event: 'scan_completed', refused: 0, failures: [] });
    scene.clock.now = new Date('2045-01-01T00:00:00Z');
    expect((await scan(scene.app)).map(({ name }) => name)).not.toContain(CA_NAME);
  });
});
