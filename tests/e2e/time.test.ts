import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunInfo } from '../../shared/api.ts';
import { openBrowser, type PageWatch } from '../browser.ts';
import { readCsv } from '../canopy.ts';
import { demoResults } from '../demo-results.ts';
import {
  coloursAt,
  distance,
  eventually,
  type LonLat,
  mapAtRest,
  openMap,
  PREPARE_MS,
  serveViewer,
  showView,
  type Viewer,
} from './viewer-page.ts';

const PARCEL = 'DEM-016';
const PLACES: readonly LonLat[] = [1.531, 1.539, 1.556, 1.571].map((lon, i) => [lon, 9.8413 - i * 0.0011]);
const OPEN = `?at=9.84,1.551,12&parcels=off&parcel=${PARCEL}`;

let viewer: Viewer;
let browser: Browser;
let watch: PageWatch;
let page: Page;
/** What the run's own table says of the parcel, by acquisition. */
let seen: readonly { readonly day: string; readonly outcome: string; readonly reason: string }[];

beforeAll(async () => {
  const { results } = await demoResults();
  [viewer, browser] = await Promise.all([serveViewer(results), openBrowser()]);
  watch = await openMap(browser, viewer, OPEN);
  page = watch.page;
  const { acquisitions } = (await (await fetch(`${viewer.url}api/run`)).json()) as RunInfo;
  const rows = readCsv(join(results, 'observations.csv')).filter((row) => row.parcel_id === PARCEL);
  seen = acquisitions.map(({ datetime }) => {
    const row = rows.find((one) => one.datetime === datetime);
    return { day: datetime.slice(0, 10), outcome: row?.outcome ?? 'not_seen', reason: row?.reason ?? '' };
  });
}, PREPARE_MS);

beforeEach(() => showView(page, OPEN));

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
});

const track = () => page.getByRole('slider', { name: 'Acquisition' });
const sentence = () => page.locator('.panel-time-sentence');
const day = () => new URL(page.url()).searchParams.get('date');

describe('time', () => {
  it('goes through all 70 dates by keyboard: first, last, every one, and with page keys the clear ones only', async () => {
    expect(seen).toHaveLength(70);
    await track().focus();
    await page.keyboard.press('Home');
    await eventually(day).toBe(seen[0]!.day);
    await page.keyboard.press('ArrowRight');
    await eventually(day).toBe(seen[1]!.day);
    await page.keyboard.press('End');
    await eventually(day).toBe(seen[69]!.day);
    const clear = seen.filter(({ outcome }) => outcome === 'ok');
    expect(clear.length).toBeLessThan(60);
    await page.keyboard.press('Home');
    for (const { day: wanted } of clear.filter(({ day }) => day > seen[0]!.day).slice(0, 12)) {
      await page.keyboard.press('PageUp');
      await eventually(day).toBe(wanted);
    }
  });

  it('takes the date under the mouse, and leads to the clear dates with its buttons', async () => {
    const box = (await track().boundingBox())!;
    await page.mouse.click(box.x + box.width - 3, box.y + 20);
    await eventually(day).toBe(seen[69]!.day);
    await page.getByRole('button', { name: 'Previous clear date' }).click();
    const clear = seen.filter(({ outcome }) => outcome === 'ok');
    await eventually(day).toBe(clear.at(-1)!.day);
    await page.getByRole('button', { name: 'Previous clear date' }).click();
    await eventually(day).toBe(clear.at(-2)!.day);
    await page.keyboard.press('.');
    await eventually(day).not.toBe(clear.at(-2)!.day);
  });

  it('shows the chosen date on the map and in two pictures of the parcel, and takes it off again', async () => {
    const clear = seen.filter(({ outcome }) => outcome === 'ok')[3]!;
    await showView(page, `${OPEN}&date=${clear.day}`);
    const composite = await coloursAt(page, PLACES);
    await page.getByRole('button', { name: 'Show on map' }).click();
    await eventually(() => new URL(page.url()).searchParams.get('layer')).toBe(`scene-true-color@${clear.day}`);
    await mapAtRest(page);
    const scene = await coloursAt(page, PLACES);
    expect(scene.some((colour, i) => distance(colour, composite[i]!) > 8)).toBe(true);
    const pictures = page.locator('.panel-chip-pair img');
    const widths = () => pictures.evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth));
    await eventually(widths).toEqual([256, 256]);
    await page.getByRole('button', { name: 'Show on map' }).click();
    await mapAtRest(page);
    expect(await coloursAt(page, PLACES)).not.toEqual(scene);
  });

  it('plays the clear dates of the parcel one after another, and stops', async () => {
    const clear = seen.filter(({ outcome }) => outcome === 'ok').map((one) => one.day);
    await showView(page, `${OPEN}&date=${clear[5]}&layer=scene-true-color@${clear[5]}`);
    await page.getByRole('button', { name: 'Play the clear dates' }).click();
    const shown: string[] = [];
    await expect
      .poll(
        () => {
          const now = day()!;
          if (shown.at(-1) !== now) shown.push(now);
          return shown.filter((one) => one > clear[5]!).length;
        },
        { timeout: 40_000, interval: 100 },
      )
      .toBeGreaterThanOrEqual(3);
    await page.getByRole('button', { name: 'Stop' }).click();
    const first = clear.indexOf(shown[0]!);
    expect(shown).toEqual(clear.slice(first, first + shown.length));
    // The address follows the view within half a second.
    await page.waitForTimeout(600);
    const last = day();
    expect(new URL(page.url()).searchParams.get('layer')).toBe(`scene-true-color@${last}`);
    await page.waitForTimeout(1500);
    expect(day()).toBe(last);
  });

  it('lists all observations of the parcel as a table whose dates can be chosen', async () => {
    await page.getByRole('button', { name: /^Show as table/ }).click();
    const table = page.locator('.panel-observations tbody tr');
    await eventually(() => table.count()).toBe(seen.filter(({ outcome }) => outcome !== 'not_seen').length);
    await table.nth(4).getByRole('button').first().click();
    await eventually(day).toBe(seen[4]!.day);
    expect(await table.nth(4).getAttribute('aria-current')).toBe('date');
  });

  it('says in words why a date is not clear, in English and in French', async () => {
    const cloudy = seen.find(({ reason }) => reason.startsWith('no clear pixels'))!;
    const partly = seen.find(({ reason }) => reason.startsWith('clear fraction'))!;
    await showView(page, `${OPEN}&date=${cloudy.day}`);
    expect(await sentence().textContent()).toContain('no clear pixels: cloud, shadow or snow');
    expect(await track().getAttribute('aria-valuetext')).toContain('no clear pixels: cloud, shadow or snow');
    await showView(page, `${OPEN}&date=${partly.day}`);
    expect(await sentence().textContent()).toMatch(/too little clear.*clear fraction 0\.\d+, 0\.\d+ needed/);
    await page.locator('.shell-language').getByRole('button', { name: 'English' }).click();
    await page.getByRole('option', { name: 'Français' }).click();
    await eventually(() => sentence().textContent()).toMatch(/part claire 0,\d+, il faut 0,\d+/);
    expect(watch.faults).toEqual([]);
  });
});
