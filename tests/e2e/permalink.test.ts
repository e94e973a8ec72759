import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { coloursAt, distance, type LonLat, openMap, PREPARE_MS, serveViewer, type Viewer } from './viewer-page.ts';

let viewer: Viewer;
let browser: Browser;

beforeAll(async () => {
  const { results } = await demoResults();
  [viewer, browser] = await Promise.all([serveViewer(results), openBrowser()]);
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
});

/** As many states as one link can carry. */
const QUERY =
  '?lang=fr&theme=dark&at=9.83512,1.55123,13.4&layer=scene-ndvi@2019-12-24&with=change-period&compare=swipe' +
  '&swipe=0.4&opacity=0.8&clouds=off&colour.change=cividis,-0.4..0.4,..-0.1,reversed&colour.ndvi=viridis,0..0.8' +
  '&parcel=DEM-014&date=2019-12-24&status=stable&sort=-ndviChange';

const PLACES: readonly LonLat[] = [1.5445, 1.5465, 1.5485, 1.5545, 1.5575].map((lon, i) => [lon, 9.8345 + i * 0.0007]);

describe('a link to a view', () => {
  it('brings back layer, comparison, colours, position, parcel, date, list and language, pixel for pixel', async () => {
    const first = await openMap(browser, viewer, QUERY);
    await first.page.locator('#parcel h2').first().getByText('DEM-014').waitFor();
    await first.page.getByRole('button', { name: 'Copier le lien vers cette vue' }).click();
    const link = await first.page.locator('.shell-copy input').inputValue();
    const wanted = new URLSearchParams(QUERY);
    const written = new URL(link).searchParams;
    for (const [key, value] of wanted) expect([key, written.get(key)]).toEqual([key, value]);
    expect(written.get('run')).toMatch(/^[0-9a-f]{12}$/);

    const second = await openMap(browser, viewer, new URL(link).search);
    const { page } = second;
    await page.locator('#parcel h2').first().getByText('DEM-014').waitFor();
    expect(page.url()).toBe(link);
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await page.locator('.map-side-label[data-side=left]').textContent()).toMatch(/24\sdéc.\s2019/);
    expect(await page.locator('.panel-time-sentence').textContent()).toMatch(/24\sdéc.\s2019/);
    expect(
      await page
        .locator('#parcels')
        .getByRole('button', { name: /^Stable/ })
        .getAttribute('aria-pressed'),
    ).toBe('true');
    const [one, other] = [await coloursAt(first.page, PLACES), await coloursAt(page, PLACES)];
    for (const [i] of PLACES.entries()) expect(distance(one[i]!, other[i]!)).toBeLessThanOrEqual(1);
    expect(new Set(one.map(String)).size).toBeGreaterThan(2);
    expect([...first.faults, ...second.faults]).toEqual([]);
    await first.context.close();
    await second.context.close();
  });

  it('says so when it was made for another run, and keeps what it can of a mangled one', async () => {
    const { page, context, faults } = await openMap(
      browser,
      viewer,
      '?run=0123456789ab&layer=no-such-layer&at=91,0,3&parcel=%3Cimg%20src%3Dx%3E&date=2019-99-99&status=nonsense&lang=de&compare=swipe',
    );
    const banner = page.locator('.shell-banner-warn', { hasText: 'für einen anderen Lauf' });
    await banner.waitFor();
    expect(await banner.textContent()).toMatch(/[0-9a-f]{12}/);
    await page.locator('.map-swipe').waitFor();
    expect(await page.locator('#parcel').textContent()).toContain('<img src=x>');
    await banner.getByRole('button').click();
    await banner.waitFor({ state: 'detached' });
    // The server's 404 for the parcel that is not there is the one line that the browser writes.
    expect(faults.filter((fault) => !/404/.test(fault))).toEqual([]);
    await context.close();
  });
});
