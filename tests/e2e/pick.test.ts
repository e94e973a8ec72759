import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser, type PageWatch } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import {
  type Colour,
  coloursAt,
  distance,
  eventually,
  type LonLat,
  mapAtRest,
  openMap,
  PREPARE_MS,
  pointOf,
  serveViewer,
  showView,
  type Viewer,
} from './viewer-page.ts';

interface Feature {
  readonly properties: { readonly parcel_id: string; readonly finding: string; readonly outcome: string };
  readonly geometry: { readonly type: string; readonly coordinates: readonly (readonly LonLat[])[] };
}

let viewer: Viewer;
let browser: Browser;
let watch: PageWatch;
let page: Page;
let features: readonly Feature[];

beforeAll(async () => {
  const { results } = await demoResults();
  features = (JSON.parse(readFileSync(join(results, 'parcels.geojson'), 'utf8')) as { features: Feature[] }).features;
  [viewer, browser] = await Promise.all([serveViewer(results), openBrowser()]);
  watch = await openMap(browser, viewer);
  page = watch.page;
}, PREPARE_MS);

/** All of the demo, no parcel open, nothing left out. */
const FIRST = '?at=9.84,1.55,12.2';

beforeEach(() => showView(page, FIRST));

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
});

const panel = () => page.locator('#parcel');
const rows = () => page.locator('#parcels [data-parcel]');
const opened = () => panel().getByRole('heading', { level: 2 });

describe('choosing parcels on the map and in the table', () => {
  it('opens with the map drawn, all 60 parcels listed, no fault and no request to another host', async () => {
    const { width, height } = page.viewportSize()!;
    const middle = await page.evaluate(([x, y]) => window.__canopyMap!.readPixel(x, y)!, [
      width / 2 + 150,
      height / 2,
    ] as const);
    // The composite is laterite and dark trees: no grey of the empty ground, red before blue.
    expect(middle[0]).toBeGreaterThan(middle[2]);
    expect(await page.locator('#parcels').getByText('1–60 of 60').count()).toBe(1);
    expect(await page.title()).toContain('Demo twin');
    expect(await page.getByText('Synthetic data: made by a generator, not observed.').isVisible()).toBe(true);
    expect(watch.faults).toEqual([]);
    expect(watch.strangers).toEqual([]);
  });

  it('names the parcel under the mouse and opens it on a click, its row marked in the table', async () => {
    const { x, y } = await pointOf(page, placeOf('DEM-032'));
    await page.mouse.move(x, y);
    await page.locator('.map-tip').getByText('DEM-032').waitFor();
    expect(await page.locator('.map-tip').textContent()).toContain('Loss');
    await page.mouse.click(x, y);
    await opened().getByText('DEM-032').waitFor();
    expect(await panel().textContent()).toMatch(/−0\.369/);
    expect(await page.locator('[data-parcel="DEM-032"]').getAttribute('aria-selected')).toBe('true');
    await eventually(() => new URL(page.url()).searchParams.get('parcel')).toBe('DEM-032');
  });

  it('closes the parcel with Escape from the page, and by a click beside all parcels', async () => {
    await clickAt(placeOf('DEM-032'));
    await opened().getByText('DEM-032').waitFor();
    await page.keyboard.press('Escape');
    await panel().waitFor({ state: 'detached' });
    await clickAt(placeOf('DEM-016'));
    await opened().getByText('DEM-016').waitFor();
    await clickAt(BESIDE);
    await panel().waitFor({ state: 'detached' });
  });

  it('goes through the table by keyboard: arrows, Enter opens, n and p step, Escape comes back to the row', async () => {
    await page.locator('#parcels [role=grid]').evaluate((grid) => grid.scrollTo(0, 0));
    await page.locator('[data-parcel="DEM-001"] [role=rowheader]').click();
    await opened().getByText('DEM-001').waitFor();
    await page.keyboard.press('Escape');
    await panel().waitFor({ state: 'detached' });
    await eventually(focusedParcel).toBe('DEM-001');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await eventually(focusedParcel).toBe('DEM-003');
    await page.keyboard.press('Enter');
    await opened().getByText('DEM-003').waitFor();
    await page.keyboard.press('n');
    await opened().getByText('DEM-004').waitFor();
    await page.keyboard.press('p');
    await opened().getByText('DEM-003').waitFor();
    await panel().getByRole('button', { name: 'Next parcel' }).focus();
    await page.keyboard.press('Enter');
    await opened().getByText('DEM-004').waitFor();
    expect(await panel().textContent()).toContain('4 of 60');
    await page.keyboard.press('Escape');
    await panel().waitFor({ state: 'detached' });
    await eventually(focusedParcel).toBe('DEM-004');
  });

  it('takes each of 3 quick presses: n n n end at the third parcel', async () => {
    for (const key of ['n', 'n', 'n']) void page.keyboard.press(key);
    await opened().getByText('DEM-003').waitFor();
    await page.keyboard.press('Escape');
    await panel().waitFor({ state: 'detached' });
  });

  it('goes back to the parcel before with the browser’s Back', async () => {
    await page.keyboard.press('n');
    await opened().getByText('DEM-001').waitFor();
    await page.keyboard.press('n');
    await opened().getByText('DEM-002').waitFor();
    await page.goBack();
    await opened().getByText('DEM-001').waitFor();
    await page.goBack();
    await panel().waitFor({ state: 'detached' });
  });
});

describe('sorting and filtering', () => {
  it('sorts by what the series says, losses first, then the other way round, and by NDVI change with a link', async () => {
    const head = page.getByRole('columnheader', { name: /Change over time/ });
    await head.click();
    await eventually(firstRow).toBe('DEM-002');
    await head.click();
    await eventually(async () => page.locator('[data-parcel]').first().textContent()).toContain('No change');
    await showView(page, `${FIRST}&sort=ndviChange`);
    await eventually(firstRow).toBe('DEM-032');
    const drop = page.getByRole('columnheader', { name: /NDVI change/ });
    await drop.click();
    await eventually(firstRow).toBe('DEM-001');
    await page.getByRole('columnheader', { name: /Parcel/ }).click();
    await eventually(async () => (await rows().nth(1).getAttribute('data-parcel')) ?? '').toBe('DEM-002');
  });

  it('leaves the 12 parcels with loss in table and map when loss is chosen, and says what a search has found', async () => {
    await showView(page, `${FIRST}&layer=none`);
    const places = ['DEM-002', 'DEM-016'].map(placeOf);
    const before = await coloursAt(page, [...places, BESIDE]);
    await page.locator('#parcels').getByRole('button', { name: /^Loss/ }).click();
    await page.locator('#parcels').getByText('1–12 of 12').waitFor();
    await eventually(() => new URL(page.url()).searchParams.get('status')).toBe('loss');
    await mapAtRest(page);
    const after = await coloursAt(page, [...places, BESIDE]);
    const contrast = (colours: readonly Colour[], at: number) => distance(colours[at]!, colours[2]!);
    // On the map the parcel with loss stands as before, the stable one has stepped back.
    expect(contrast(before, 0)).toBeGreaterThan(40);
    expect(contrast(after, 0)).toBe(contrast(before, 0));
    expect(contrast(before, 1)).toBeGreaterThan(40);
    expect(contrast(after, 1)).toBeLessThan(contrast(before, 1) / 3);
    await page.locator('#parcels').getByRole('searchbox').fill('03');
    await page.locator('#parcels').getByText('1–3 of 3').waitFor();
    await eventually(listed).toEqual(['DEM-032', 'DEM-033', 'DEM-039']);
    await page.locator('#parcels').getByRole('searchbox').fill('nothing like it');
    await page
      .locator('#parcels')
      .getByText(/No parcel/)
      .waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.locator('#parcels').getByRole('button', { name: /^Loss/ }).click();
    await page.locator('#parcels').getByText('1–60 of 60').waitFor();
    await mapAtRest(page);
    expect(await coloursAt(page, [...places, BESIDE])).toEqual(before);
  });

  it('filters from the legend just the same', async () => {
    const legend = page.getByRole('group', { name: 'Parcels by result' });
    await legend.getByRole('button', { name: /^No data/ }).click();
    await page.locator('#parcels').getByText('1–6 of 6').waitFor();
    await legend.getByRole('button', { name: /^No data/ }).click();
    await page.locator('#parcels').getByText('1–60 of 60').waitFor();
  });
});

describe('languages', () => {
  it('speaks French and German at once, in words, numbers and dates, and says so to the browser', async () => {
    await page.keyboard.press('n');
    await opened().getByText('DEM-001').waitFor();
    await chooseLanguage('English', 'Français');
    await page.getByRole('button', { name: 'Région jumelle' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await page.locator('#parcels [data-parcel="DEM-002"]').textContent()).toContain(
      'PertePerteconfiance élevée',
    );
    const french = await panel().textContent();
    for (const words of ['1 sur 60', '+0,075']) expect(french).toContain(words);
    await chooseLanguage('Français', 'Deutsch');
    await page.getByRole('button', { name: 'Zwillingsregion' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.locator('#parcels [data-parcel="DEM-002"]').textContent()).toContain(
      'VerlustVerlusthohe Sicherheit',
    );
    await eventually(() => new URL(page.url()).searchParams.get('lang')).toBe('de');
    await chooseLanguage('Deutsch', 'English');
    await page.getByRole('button', { name: 'Twin region' }).waitFor();
    expect(watch.faults).toEqual([]);
  });
});

/** The middle of a parcel's bounding box, which lies in it for the ones that are named here. */
function placeOf(id: string): LonLat {
  const { geometry } = features.find(({ properties }) => properties.parcel_id === id)!;
  const ring = geometry.coordinates[0]!;
  const middle = (axis: 0 | 1) => {
    const all = ring.map((place) => place[axis]);
    return (Math.min(...all) + Math.max(...all)) / 2;
  };
  return [middle(0), middle(1)];
}

/** A place in the demo's scenes that belongs to no parcel. */
const BESIDE: LonLat = [1.5852, 9.8745];

async function clickAt(place: LonLat): Promise<void> {
  const { x, y } = await pointOf(page, place);
  await page.mouse.click(x, y);
}

function focusedParcel(): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.closest('[data-parcel]')?.getAttribute('data-parcel') ?? null);
}

function firstRow(): Promise<string | null> {
  return rows().first().getAttribute('data-parcel');
}

function listed(): Promise<(string | null)[]> {
  return rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-parcel')));
}

async function chooseLanguage(from: string, to: string): Promise<void> {
  await page.locator('.shell-language').getByRole('button', { name: from }).click();
  await page.getByRole('option', { name: to }).click();
}
