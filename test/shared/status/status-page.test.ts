import { describe, expect, it } from 'vitest';
import { filterRedirect } from '../../../shared/status/filter-redirect.ts';
import { statusPage } from '../../../shared/status/status-page.ts';
import { statusResponse } from '../../../shared/status/status-response.ts';
import { STYLE } from '../../../shared/status/style.ts';
import { busy, crowd, REPORTS } from './sample-reports.ts';
import { builtCa, type CaGiven, inDays, NOW, reportOf, SCANNED, snapshotOf } from './snapshot-builders.ts';

/** The words of a page, without its style and its tags. */
function textOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const headlineOf = (page: string) => /<h1>(.*?)<\/h1>/.exec(page)?.[1];
const pageOf = (...given: CaGiven[]) => statusPage(reportOf(snapshotOf(given.map(builtCa))));
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
