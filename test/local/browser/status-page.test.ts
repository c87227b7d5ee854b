import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeStatus } from '../../../shared/compose-status.ts';
import { readSnapshot } from '../../../shared/operations/read-snapshot.ts';
import { statusResponse } from '../../../shared/status/status-response.ts';
import { hostileDocument, MARK } from '../../shared/status/hostile-snapshot.ts';
import { busy, REPORTS } from '../../shared/status/sample-reports.ts';
import { reportOf } from '../../shared/status/snapshot-builders.ts';
import { counted } from '../../support/counts.ts';
import { findChromium, launchChromium } from './chromium.ts';

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const executable = findChromium();

/** Each kind of page at each width in each scheme; in the short form the kinds that differ most. */
const KINDS = Object.keys(REPORTS).slice(0, counted(1, 99));
const SIGHTS = KINDS.flatMap((kind) =>
  [360, 768, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ kind, width, scheme }))),
);

let server: Server;
let browser: Browser;
let address: string;

describe.skipIf(executable === undefined)('the status page in a real browser', () => {
  beforeAll(async () => {
    // With the headers that the app sends: the policy is half of what is tested here.
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const answer = async () => {
        if (url.pathname === '/api/status')
          return composeStatus(requestOf(request, url), JSON.parse(JSON.stringify(busy())));
        const report =
          url.pathname === '/hostile'
            ? () => reportOf(readSnapshot(hostileDocument(MARK)))
            : REPORTS[url.pathname.slice(1)];
        return report ? statusResponse(report(), 'text/html') : { status: 404, headers: {}, body: '' };
      };
      void answer().then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium(executable ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it.each(SIGHTS)(
    '$kind, $width pixels wide, $scheme: axe finds nothing, nothing is cut off',
    async (sight) => {
      const { page, complaints } = await opened(`/${sight.kind}`, sight);
      // What can be opened is looked at, too; of 250 CAs some, since axe takes its time over each.
      await page.locator('details').evaluateAll((all) => {
        for (const each of all.slice(0, 30)) (each as unknown as { open: boolean }).open = true;
      });
      await page.evaluate(AXE);
      const found = await page.evaluate<{ id: string; nodes: string[] }[]>(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html).slice(0, 3) })))`,
      );
      expect(found).toEqual([]);
      const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(overhang).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
      await page.close();
    },
    180_000,
  );

  it('has its own style, and asks nobody for anything', async () => {
    const { page, requests } = await opened('/busy');
    const family = await page.evaluate<string>('getComputedStyle(document.body).fontFamily');
    expect(family).toMatch(/^system-ui/);
    expect(requests).toEqual([`${address}/busy`]);
    await page.close();
  });

  it('shows what attackers put into names as text: no script runs, no element appears, the policy has nothing to stop', async () => {
    const { page, complaints } = await opened('/hostile');
    const made = await page.evaluate<string[]>(
      `[...document.querySelectorAll('script, img, iframe, a, object, embed, base, link:not([rel=icon]), [onerror], [onload], [onclick]')].map((each) => each.outerHTML)`,
    );
    expect(made).toEqual([]);
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(complaints).toEqual([]);
    expect((await page.locator('body').innerText()).split(MARK).length).toBeGreaterThan(10);
    expect(await page.locator('select[name=dps] option').allTextContents()).toContain(MARK);
    await page.close();
  });

  it('would report a script that got in: the policy is in force', async () => {
    const { page, complaints } = await opened('/one');
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<b onclick="globalThis.pwned = 1" id="x">x</b>'); document.getElementById('x').click()`,
    );
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(complaints.join()).toContain('Content Security Policy');
    await page.close();
  });

  it('filters with the key kept in the address and nowhere in the page, and keeps the filter when reloaded', async () => {
    const { page } = await opened('/api/status?code=s3cret');
    await page.locator('select[name=state]').selectOption('well');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForURL(/state=well/);
    expect(new URL(page.url()).search).toBe('?code=s3cret&state=well');
    await page.reload();
    expect(await page.locator('select[name=state]').inputValue()).toBe('well');
    expect(await page.content()).not.toContain('s3cret');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.waitForURL((url) => url.search === '?code=s3cret');
    await page.close();
  });

  it('is reached by keyboard alone, and shows where the focus is', async () => {
    const { page } = await opened('/one');
    const reached: string[] = [];
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate<string>('document.activeElement.tagName'));
    }
    expect(reached).toEqual(['SELECT', 'SELECT', 'BUTTON', 'SUMMARY']);
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.close();
  });

  it('prints what is folded on the screen', async () => {
    const { page } = await opened('/one');
    const height = () => page.locator('.facts').evaluate((each) => each.getBoundingClientRect().height);
    expect(await height()).toBe(0);
    await page.emulateMedia({ media: 'print' });
    expect(await height()).toBeGreaterThan(0);
    await page.close();
  });
});

interface Sight {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
}

/** A page with what the browser complained of, the policy's reports included, and what it asked for. */
async function opened(path: string, { width = 1280, scheme = 'light' }: Sight = {}) {
  const page: Page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${address}${path}`);
  return { page, complaints, requests: requests.filter((url) => !url.startsWith('data:')) };
}

function requestOf(request: IncomingMessage, url: URL): Parameters<typeof composeStatus>[0] {
  return {
    method: request.method ?? '',
    query: url.searchParams,
    headers: { get: (name) => request.headers[name]?.toString() ?? null },
    text: async () => (await request.toArray()).join(''),
  };
}
