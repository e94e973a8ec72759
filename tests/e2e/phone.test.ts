import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type PageWatch, PHONE } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { eventually, openMap, PREPARE_MS, serveViewer, showView, type Viewer } from './viewer-page.ts';

let viewer: Viewer;
let browser: Browser;
let watch: PageWatch;
let page: Page;

beforeAll(async () => {
  const { results } = await demoResults();
  [viewer, browser] = await Promise.all([serveViewer(results), openBrowser()]);
  watch = await openMap(browser, viewer, '?lang=fr', { viewport: PHONE });
  page = watch.page;
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
});

const tab = (name: string) => page.locator('.shell-tabbar').getByRole('button', { name, exact: true });

describe('a phone of 390 × 844', () => {
  it('shows the map first, fills the width and never scrolls sideways, on every tab and on the twin page', async () => {
    await expectNoSidewaysScroll();
    for (const name of ['Parcelles', 'Couches', 'Parcelle', 'Carte']) {
      await tab(name).click();
      await eventually(() => tab(name).getAttribute('aria-current')).toBe('true');
      await expectNoSidewaysScroll();
    }
    await showView(page, '?page=twin');
    await page.locator('.panel-twin').waitFor();
    await expectNoSidewaysScroll();
    await showView(page, '?layer=change-period');
  });

  it('opens a parcel from the list in a sheet over the map, and Back leads to the list again', async () => {
    await tab('Parcelles').tap();
    await page.locator('#parcels [data-parcel="DEM-002"]').tap();
    await page.locator('#parcel h2').first().getByText('DEM-002').waitFor();
    await eventually(() => tab('Parcelle').getAttribute('aria-current')).toBe('true');
    await expectNoSidewaysScroll();
    const sheet = (await page.locator('#parcel').boundingBox())!;
    expect(sheet.x).toBe(0);
    expect(sheet.width).toBe(PHONE.width);
    expect(sheet.y).toBeGreaterThan(100);
    await page.locator('#parcel').getByRole('button', { name: 'Fermer la parcelle' }).tap();
    await page.locator('#parcel').waitFor({ state: 'detached' });
  });

  it('changes layers in its sheet, and language and page in its menu', async () => {
    await tab('Couches').tap();
    await page.locator('#layers').getByText('Opacité').waitFor();
    await tab('Carte').tap();
    await page.locator('.shell-actions button').first().tap();
    await page.getByRole('menuitemradio', { name: 'Deutsch' }).tap();
    await eventually(() => page.locator('html').getAttribute('lang')).toBe('de');
    await tab('Parzellen').waitFor();
    expect(watch.faults).toEqual([]);
    expect(watch.strangers).toEqual([]);
  });

  it('gives a finger 44 pixels on every button that is in sight', async () => {
    await tab('Karte').tap();
    const small = await page.locator('button:visible, a:visible').evaluateAll((all) =>
      all
        .filter((element) => !element.closest('.shell-skip'))
        .map((element) => ({ element, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
        .map(({ element, box }) => `${element.className} ${element.textContent} ${box.width} × ${box.height}`),
    );
    expect(small).toEqual([]);
  });
});

async function expectNoSidewaysScroll(): Promise<void> {
  const widths = await page.evaluate(() => {
    const scrolling = document.scrollingElement!;
    const wide = [...document.querySelectorAll('main, section, article, header, .shell-map-page, .panel-twin')];
    return [scrolling.scrollWidth, ...wide.map((element) => element.getBoundingClientRect().right)];
  });
  expect(Math.max(...widths)).toBeLessThanOrEqual(PHONE.width);
}
