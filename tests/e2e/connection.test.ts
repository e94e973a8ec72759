import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { copyResults, rewriteResults } from './results-copy.ts';
import { eventually, mapAtRest, openMap, PREPARE_MS, serveViewer, type Viewer } from './viewer-page.ts';

let folder: string;
let viewer: Viewer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const { results } = await demoResults();
  folder = mkdtempSync(join(tmpdir(), 'canopy-connection-'));
  copyResults(results, join(folder, 'results'), { withPlan: true });
  [viewer, browser] = await Promise.all([serveViewer(join(folder, 'results')), openBrowser()]);
  page = (await openMap(browser, viewer, '?parcel=DEM-001')).page;
  const isThere = () => performance.getEntriesByType('resource').some(({ name }) => name.includes('ExportDialog'));
  await page.waitForFunction(isThere);
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const banner = (words: string) => page.locator('.shell-banner', { hasText: words });

describe('a server that goes away', () => {
  it('is said with the time of the last data, which stay; what needs the server cannot be pressed', async () => {
    await page.locator('#parcel h2').first().getByText('DEM-001').waitFor();
    await viewer.kill();
    await banner('Not connected').waitFor();
    expect(await banner('Not connected').textContent()).toMatch(/showing data of \d{1,2}:\d{2}:\d{2}/);
    expect(await page.locator('#parcels [data-parcel]').count()).toBeGreaterThan(5);
    expect(await page.locator('#parcel h2').first().textContent()).toBe('DEM-001');
    // Opened for the first time, and yet there: all parts of the page have come while the server was.
    await page.getByRole('button', { name: 'Export' }).click();
    const link = page.getByRole('dialog').getByRole('link', { name: /parcels\.csv$/ });
    expect(await link.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
    // A parcel that was never loaded says so instead of showing the one before.
    await page.locator('[data-parcel="DEM-004"] [role=rowheader]').click();
    await eventually(() => page.locator('#parcel').textContent()).toMatch(/does not answer|could not/);
  });

  it('is forgotten as soon as it is back at its place: the parcel that was missed comes by itself', async () => {
    viewer = await serveViewer(join(folder, 'results'), viewer.port);
    await banner('Not connected').waitFor({ state: 'detached' });
    await eventually(() => page.locator('#parcel h2').first().textContent()).toBe('DEM-004');
    await page.locator('[data-parcel="DEM-002"] [role=rowheader]').click();
    await eventually(() => page.locator('#parcel h2').first().textContent()).toBe('DEM-002');
    await mapAtRest(page);
  });
});

describe('results that are replaced while they are looked at', () => {
  it('says that a newer run is there, and shows it when asked to', async () => {
    rewriteResults(join(folder, 'results'), {}, (record) => ({
      ...record,
      id: 'f'.repeat(64),
      project: { id: 'demo', name: 'The run after' },
      warnings: ['one warning'],
    }));
    await banner('replaced by a newer run').waitFor();
    expect(await page.locator('.shell-header h1').textContent()).not.toBe('The run after');
    await page.getByRole('button', { name: 'Show the new results' }).click();
    await eventually(() => page.locator('.shell-header h1').textContent()).toBe('The run after');
    await banner('replaced by a newer run').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^1 notice/ }).waitFor();
    await eventually(() => new URL(page.url()).searchParams.get('run')).toBe('ffffffffffff');
    await mapAtRest(page);
    expect(await page.locator('#parcels [data-parcel]').count()).toBeGreaterThan(5);
  });
});
