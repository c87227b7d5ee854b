import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARK } from '../../shared/status/hostile-snapshot.ts';
import { REPORTS } from '../../shared/status/sample-reports.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { startStatusServer } from './status-server.ts';

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const executable = findChromium();

const SIGHTS = [360, 768, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));
/** Where pages differ most; the page that has most of everything is looked at everywhere. */
const EXTREMES = SIGHTS.filter((_, index) => index === 0 || index === SIGHTS.length - 1);

/** Of 250 CAs so many are unfolded and shown to axe: the rest is made by the same lines, and takes half a minute. */
const MOST_CARDS = 18;

let server: Awaited<ReturnType<typeof startStatusServer>>;
let browser: Browser;
/** One for all tests: a page of its own, with its process, takes longer than most of them. */
let page: Page;
let complaints: string[] = [];
let requests: string[] = [];

describe.skipIf(executable === undefined)('the status page in a real browser', () => {
  beforeAll(async () => {
    server = await startStatusServer();
    browser = await launchChromium(executable ?? '');
    page = await browser.newPage();
    // What the browser complains of, the policy's reports included, and what it asks for.
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it.each([...Object.keys(REPORTS), 'hostile'])(
    '%s: at three widths, light and dark, nothing is cut off and nobody complains, neither the browser nor axe',
    async (kind) => {
      await show(`/${kind}`);
      await page.evaluate(
        `[...document.querySelectorAll('details')].slice(0, ${MOST_CARDS}).forEach((each) => { each.open = true; })`,
      );
      const overhangs: Record<string, number> = {};
      for (const sight of SIGHTS) {
        await look(sight);
        const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (overhang > 0) overhangs[`${sight.width} ${sight.scheme}`] = overhang;
      }
      expect(overhangs).toEqual({});
      expect(complaints).toEqual([]);

      await page.evaluate(
        `[...document.querySelectorAll('.ca')].slice(${MOST_CARDS}).forEach((each) => each.remove())`,
      );
      await page.evaluate(AXE);
      for (const sight of kind === 'busy' ? SIGHTS : EXTREMES) {
        await look(sight);
        expect({ ...sight, found: await axe() }).toEqual({ ...sight, found: [] });
      }
    },
  );

  it('has its own style, and asks nobody for anything', async () => {
    await show('/busy');
    const family = await page.evaluate<string>('getComputedStyle(document.body).fontFamily');
    expect(family).toMatch(/^system-ui/);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([`${server.address}/busy`]);
  });

  it('shows what attackers put into names as text: no script runs, no element appears, the policy has nothing to stop', async () => {
    await show('/hostile');
    const made = await page.evaluate<string[]>(
      `[...document.querySelectorAll('script, img, iframe, a, object, embed, base, link:not([rel=icon]), [onerror], [onload], [onclick]')].map((each) => each.outerHTML)`,
    );
    expect(made).toEqual([]);
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(complaints).toEqual([]);
    expect((await page.locator('body').innerText()).split(MARK).length).toBeGreaterThan(10);
    expect(await page.locator('select[name=dps] option').allTextContents()).toContain(MARK);
  });

  it('would report a script that got in: the policy is in force', async () => {
    await show('/one');
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<b onclick="globalThis.pwned = 1" id="x">x</b>'); document.getElementById('x').click()`,
    );
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(complaints.join()).toContain('Content Security Policy');
  });

  it('filters with the key kept in the address and nowhere in the page, and keeps the filter when reloaded', async () => {
    await show('/api/status?code=s3cret');
    await page.locator('select[name=state]').selectOption('well');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForURL(/state=well/);
    expect(new URL(page.url()).search).toBe('?code=s3cret&state=well');
    await page.reload();
    expect(await page.locator('select[name=state]').inputValue()).toBe('well');
    expect(await page.content()).not.toContain('s3cret');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.waitForURL((url) => url.search === '?code=s3cret');
  });

  it('is reached by keyboard alone, and shows where the focus is', async () => {
    await show('/one');
    const reached: string[] = [];
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate<string>('document.activeElement.tagName'));
    }
    expect(reached).toEqual(['SELECT', 'SELECT', 'BUTTON', 'SUMMARY']);
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  it('prints what is folded on the screen', async () => {
    await show('/one');
    const height = () => page.locator('.facts').evaluate((each) => each.getBoundingClientRect().height);
    expect(await height()).toBe(0);
    await page.emulateMedia({ media: 'print' });
    expect(await height()).toBeGreaterThan(0);
  });

  it('prints every card with its bars in their colours, and not the form that filters', async () => {
    await show('/filtered');
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    expect(await page.locator('.filter').isVisible()).toBe(false);
    expect(await page.locator('.count').innerText()).toContain('5 of 250 CAs: dps-8, Needs a person');
    const fill = await page.evaluate<string>(
      `(({ fill, printColorAdjust }) => fill + ' ' + printColorAdjust)(getComputedStyle(document.querySelector('.life.left')))`,
    );
    expect(fill).toBe('rgb(53, 97, 142) exact');
    await show('/crowd');
    await page.emulateMedia({ media: 'print' });
    const folded = page.locator('.folded .picture').first();
    expect(await folded.evaluate((each) => each.getBoundingClientRect().height)).toBeGreaterThan(0);
  });

  it('prints dark on white, also from a dark screen', async () => {
    await show('/one');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light');
    const { ink, paper } = await page.evaluate<{ ink: string; paper: string }>(
      '(({ color, backgroundColor }) => ({ ink: color, paper: backgroundColor }))(getComputedStyle(document.body))',
    );
    expect({ ink, paper }).toEqual({ ink: 'rgb(29, 33, 38)', paper: 'rgb(255, 255, 255)' });
  });
});

interface Sight {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

/** Loads a page anew, as if nothing had been before. */
async function show(path: string): Promise<void> {
  await look({ width: 1280, scheme: 'light' });
  complaints = [];
  requests = [];
  await page.goto(`${server.address}${path}`);
}

async function look({ width, scheme }: Sight): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ media: null, colorScheme: scheme });
}

/** What axe holds against the page that is loaded, with the first elements that it is about. */
function axe(): Promise<readonly unknown[]> {
  return page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html).slice(0, 3) })))`,
  );
}
