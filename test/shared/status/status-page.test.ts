import { describe, expect, it } from 'vitest';
import { filterRedirect } from '../../../shared/status/filter-redirect.ts';
import { statusPage } from '../../../shared/status/status-page.ts';
import { statusResponse } from '../../../shared/status/status-response.ts';
import { STYLE } from '../../../shared/status/style.ts';
import { busy, crowd, REPORTS } from './sample-reports.ts';
import {
  builtCa,
  type CaGiven,
  dpsOf,
  inDays,
  NOW,
  reportOf,
  SCANNED,
  snapshotOf,
  VAULT,
} from './snapshot-builders.ts';

/** The words of a page, without its style and its tags. */
function textOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const headlineOf = (page: string) => /<h1>(.*?)<\/h1>/.exec(page)?.[1];
const pageOf = (...given: CaGiven[]) => statusPage(reportOf(snapshotOf(given.map(builtCa))));
const WAITING = { step: 'wait', reason: 'overlap-running', explanation: '', towards: 'retire' } as const;
const DUE = { step: 'request', reason: 'window-open', explanation: 'It has entered its renewal window.' } as const;

describe('the headline', () => {
  const one = snapshotOf([builtCa()]);
  const due = snapshotOf([builtCa({ step: DUE })]);
  it.each([
    ['No scan has run yet', reportOf(undefined)],
    ['All is well', reportOf(one)],
    ['1 CA has a step due', reportOf(due)],
    ['1 CA has a step due', reportOf({ ...due, scan: { ...due.scan, mode: 'plan' } })],
    ['One thing needs a person', reportOf(snapshotOf([builtCa({ obstacle: {} })]))],
    ['3 things need a person', reportOf(busy())],
    ['No scan for 12 minutes', reportOf(one, { overdueAt: new Date(NOW.getTime() - 1) })],
    ['The last scan saw nothing', reportOf({ ...one, blind: { at: NOW, failures: [] } })],
    ['The settings are wrong', reportOf(one, { settings: [{ fault: 'MODE is wrong', effect: 'nothing-runs' }] })],
    ['One thing needs a person', reportOf(one, { settings: [{ fault: 'a rule', effect: 'no-allocation' }] })],
    ['All is well', reportOf(one, { settings: [{ fault: 'SCAN_SCHEDULE', effect: 'default' }] })],
  ])('is: %s', (headline, report) => {
    expect(headlineOf(statusPage(report))).toBe(headline);
  });
});

describe('the page', () => {
  it('says of every CA how it stands, in words, the most urgent first', () => {
    const page = pageOf(
      { name: 'well-ca' },
      {
        name: 'overlap-ca',
        lives: [
          [-12, 718],
          [-690, 40],
        ],
      },
      { name: 'due-ca', step: DUE },
      { name: 'paused-ca', step: { reason: 'paused' } },
      { name: 'attention-ca', obstacle: {} },
    );
    const cards = [
      ...page.matchAll(/<h3 id="ca-\d+">(.*?)<span[\s\S]*?<span class="state (\w+)">[\s\S]*?<\/svg>(.*?)<\/span>/g),
    ];
    expect(cards.map(([, name, , words]) => `${name}: ${words}`)).toEqual([
      'attention-ca: Needs a person',
      'due-ca: Step due',
      'overlap-ca: In overlap',
      'paused-ca: Paused',
      'well-ca: Well',
    ]);
  });

  it('tells how far enrollments and devices have moved', () => {
    const moving = {
      lives: [
        [-12, 718],
        [-690, 40],
      ],
      toMove: 5,
      devices: { moved: 412, old: 7, unknown: 23 },
    } as const;
    const text = textOf(pageOf(moving));
    expect(text).toContain('9 enrollments 5 enrollments still to move');
    expect(text).toContain('412 devices of 442 moved, 7 still under it, 23 unknown');
  });

  it('has the timeline in words, for whoever does not see it', () => {
    const [, label] =
      /role="img" aria-label="(.*?)"/.exec(
        pageOf({
          lives: [
            [-12, 718],
            [-690, 40],
          ],
        }),
      ) ?? [];
    expect(label).toMatch(/newest \w{8}: valid from 10 Nov 2026 to 9 Nov 2028, renewal window from/);
    expect(label).toMatch(
      /older \w{8}: .*trusted beside a newer one from 10 Nov 2026 to 1 Jan 2027.*Today is 22 Nov 2026/,
    );
  });

  it.each<[string, NonNullable<CaGiven['leaving']>, string]>([
    ['it may go', { ...WAITING, at: inDays(9) }, '1 Dec 2026'],
    ['it expires, where it may go after that', { ...WAITING, at: inDays(90) }, '1 Jan 2027'],
    ['it expires, where nobody knows when it may go', WAITING, '1 Jan 2027'],
    ['now, where it should have gone', { ...WAITING, at: inDays(-3) }, '22 Nov 2026'],
    ['now, where it goes', { step: 'retire', reason: 'overlap-over', explanation: '' }, '22 Nov 2026'],
  ])('draws the overlap until %s', (_, leaving, end) => {
    const lives = [
      [-12, 718],
      [-690, 40],
    ] as const;
    expect(pageOf({ lives, leaving })).toContain(`trusted beside a newer one from 10 Nov 2026 to ${end}`);
  });

  it('draws no overlap of what no DPS holds any more, but until it has gone where that is told', () => {
    const lives = [
      [-100, 630],
      [-690, 40],
    ] as const;
    const { ca, entries } = builtCa({ lives });
    const built = { ca, entries: entries.filter(({ entry }) => entry.generation === 'newest'), obstacles: [] };
    expect(statusPage(reportOf(snapshotOf([built])))).not.toContain('trusted beside');
    const at = inDays(-60);
    const { thumbprint } = ca.generations[1] ?? { thumbprint: '' };
    const retired = { at, event: 'certificate_retired', ca: 'plant-a-ca', vault: VAULT, thumbprint } as const;
    const page = statusPage(reportOf(snapshotOf([built], { history: [retired] })));
    expect(page).toContain('trusted beside a newer one from 14 Aug 2026 to 23 Sep 2026');
  });

  it('says how many generations the picture does not show', () => {
    const lives = Array.from({ length: 7 }, (_, age) => [-age * 90, 365 - age * 90] as const);
    expect(textOf(pageOf({ lives }))).toContain('3 older generations not in the picture.');
  });

  it('says which DPS could not be read, and never that nothing holds the CA where that is not known', () => {
    const unreadable = { kind: 'unreadable', id: dpsOf('dps-far'), name: 'dps-far', detail: '503' } as const;
    const known = snapshotOf([builtCa({ name: 'lonely-ca', dps: [], lives: [[-1, 364]] })]);
    expect(textOf(statusPage(reportOf(known)))).toContain('No provisioning service holds it');
    const lane = { lane: unreadable.id, step: 'wait', reason: 'service-unreadable', explanation: '' } as const;
    const failed = { lane: 'vault', step: 'unknown', reason: undefined, explanation: 'It failed.' } as const;
    for (const step of [lane, failed]) {
      const cas = known.cas.map((ca) => ({ ...ca, next: [step] }));
      const snapshot = { ...known, cas, provisioningServices: [unreadable] };
      const text = textOf(statusPage(reportOf(snapshot, { filter: { dps: 'dps-far', state: undefined } })));
      expect(text).toContain('1 of 1 CA: dps-far');
      expect(text).toContain('✗ could not be read');
      expect(text).not.toContain('No provisioning service');
    }
    const blank = { ...known, cas: known.cas.map((ca) => ({ ...ca, next: [failed] })) };
    expect(textOf(statusPage(reportOf(blank)))).toContain('Which provisioning services hold it could not be told.');
  });

  it('shows the renewal window of a CA whose newest generation no DPS holds', () => {
    const page = pageOf({ dps: [], lives: [[-700, 30]] });
    expect(page).toContain('renewal window from 29 Jul 2026');
  });

  it.each([
    [{ dps: 'gone', state: undefined }, '0 of 1 CA: gone', 'gone (not known)'],
    [{ dps: undefined, state: 'toString' }, '0 of 1 CA: toString', 'toString (not known)'],
    [{ dps: undefined, state: 'well' }, '1 of 1 CA: Well', 'Well (1)'],
  ])('names the filter %j, whether or not it means anything', (filter, count, chosen) => {
    const page = statusPage(reportOf(snapshotOf([builtCa()]), { filter }));
    expect(textOf(page)).toContain(count);
    expect(page).toContain(`selected>${chosen}<`);
  });

  it('has the certification request that waits, as PEM, and what to do with it', () => {
    const csr = Buffer.from('x'.repeat(60)).toString('base64');
    const page = pageOf({ obstacle: { reason: 'external-signature', csr } });
    expect(page).toContain(`-----BEGIN CERTIFICATE REQUEST-----\n${csr.slice(0, 64)}\n`);
    expect(textOf(page)).toContain('What to do: Have the request signed and merge the certificate');
  });

  it('tells of what nobody manages, and of what was not read', () => {
    const text = textOf(statusPage(reportOf(busy())));
    expect(text).toContain('legacy-partner-ca in 23 days · 15 Dec 2026 3 enrollments');
    expect(text).toContain('test-2019 90 days ago · 24 Aug 2026 ✗ expired');
    expect(text).toContain('dps-apac Cannot read the DPS dps-apac: connection lost');
    expect(text).toContain('plant-c-ca : ✗ refused forbidden The vault or DPS does not permit it (kv-fleet: 403)');
  });

  it('shows the CAs that the filter lets through, and says that it does', () => {
    const filter = { dps: 'dps-3', state: 'attention' };
    const text = textOf(statusPage(reportOf(crowd(), { filter })));
    expect(text).toContain('0 of 250 CAs');
    const some = statusPage(reportOf(crowd(), { filter: { dps: 'dps-8', state: 'attention' } }));
    expect(textOf(some)).toContain('5 of 250 CAs');
    expect(some).toContain('<option value="dps-8" selected>');
  });

  it('of 250 CAs with three years of generations stays below three megabytes', () => {
    expect(statusPage(reportOf(crowd())).length).toBeLessThan(3_000_000);
  });

  it.each(Object.keys(REPORTS))('draws nothing outside of its picture and puts no bad value anywhere: %s', (kind) => {
    const page = statusPage((REPORTS[kind] ?? REPORTS.one ?? (() => reportOf(undefined)))());
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object|Invalid/);
    const percents = [...page.matchAll(/(?:x|x1|width)="(-?[\d.]+)%"/g)].map(([, value]) => Number(value));
    expect(percents.filter((value) => value < 0 || value > 100)).toEqual([]);
  });
});

describe('the answer', () => {
  const report = reportOf(snapshotOf([builtCa()]));

  it.each([
    [null, 'text/html'],
    ['*/*', 'text/html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['application/json', 'application/json'],
    ['application/json, text/html;q=0.5', 'application/json'],
    ['application/json;q=0.2, text/html', 'text/html'],
    ['Application/JSON; q=1', 'application/json'],
    ['application/json;q=0', 'text/html'],
  ])('to Accept: %s is %s', (accept, type) => {
    expect(statusResponse(report, accept).headers['content-type']).toBe(`${type}; charset=utf-8`);
  });

  it('as JSON has how everything stands, its age and the whole snapshot', () => {
    const { body } = statusResponse(report, 'application/json');
    expect(JSON.parse(body)).toMatchObject({
      standing: 'well',
      headline: 'All is well',
      ageSeconds: 720,
      settings: [],
      snapshot: {
        at: SCANNED.toISOString(),
        cas: [{ ca: { name: 'plant-a-ca' }, dates: [{ at: inDays(219).toISOString() }, {}] }],
      },
    });
  });

  it('is kept by nobody, tells nobody where it was read, and runs no script', () => {
    const { headers } = statusResponse(report, null);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; /),
    });
    expect(headers['content-security-policy']).not.toMatch(/script-src|unsafe|https?:/);
    expect(STYLE).not.toContain('</');
  });

  it.each([
    ['code=k', 'dps=a&state=well', '?code=k&dps=a&state=well'],
    ['code=k&dps=a', 'dps=&state=', '?code=k'],
    ['code=k&dps=a&state=due', 'dps=a&state=due&all=1', '?code=k'],
    ['', 'dps=a+b%26c%0D%0ASet-Cookie:x', '?dps=a+b%26c%0D%0ASet-Cookie%3Ax'],
    ['code=k', 'code=other&x=1', '?code=k'],
  ])('to a filter on ?%s of %s is the address %s', (query, form, location) => {
    const { status, headers } = filterRedirect(new URLSearchParams(query), form);
    expect({ status, location: headers.location, kept: headers['cache-control'] }).toEqual({
      status: 303,
      location,
      kept: 'no-store',
    });
  });
});
