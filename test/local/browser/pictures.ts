import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { REPORTS } from '../../shared/status/sample-reports.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { startStatusServer } from './status-server.ts';

// Makes the picture of the README anew: npx node test/local/browser/pictures.ts
// With the path of a folder it puts pictures of everything there instead, and what a printer makes of it.

/** Of the README's picture: what is seen at once, and where it ends between two cards. */
const [WIDTH, HEIGHT, MARGIN] = [1060, 1516, 24];

const PAPER_MARGINS = { top: '15mm', right: '15mm', bottom: '15mm', left: '15mm' };

const server = await startStatusServer();
const browser = await launchChromium(findChromium() ?? 'chromium');
try {
  const page = await browser.newPage();
  const [folder] = process.argv.slice(2);
  if (folder === undefined) await pictureOfReadme(page);
  else await allPictures(page, folder);
} finally {
  await browser.close();
  server.close();
}

async function pictureOfReadme(page: Page): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height: 900 });
  await page.goto(`${server.address}/busy`);
  const top = await page.locator('#cas').evaluate((heading) => heading.getBoundingClientRect().top);
  const path = fileURLToPath(new URL('../../../docs/status-page.png', import.meta.url));
  const clip = { x: 0, y: Math.floor(top) - MARGIN, width: WIDTH, height: HEIGHT };
  await page.screenshot({ path, fullPage: true, clip });
  process.stdout.write(`${path}\n`);
}

async function allPictures(page: Page, folder: string): Promise<void> {
  for (const kind of Object.keys(REPORTS)) {
    await page.goto(`${server.address}/${kind}`);
    for (const width of [360, 768, 1280]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(folder, `${kind}-${width}-${colorScheme}.png`), fullPage: true });
      }
    }
    // As wide as A4 within its margins; the dark scheme is still set, which must not come through on paper.
    await page.setViewportSize({ width: 680, height: 900 });
    await page.emulateMedia({ media: 'print' });
    await page.screenshot({ path: join(folder, `${kind}-print.png`), fullPage: true });
    await page.emulateMedia({ media: null });
    await page.pdf({ path: join(folder, `${kind}.pdf`), format: 'A4', margin: PAPER_MARGINS });
    process.stdout.write(`${kind}\n`);
  }
}
