import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colourOf, RAMPS, type Rgb, YEAR_CLASS_COLOURS } from '../../shared/ramps.ts';
import { crsToLonLat } from '../../shared/transform.ts';
import { openBrowser, type PageWatch, PHONE } from '../browser.ts';
import { AWKWARD_ID, GRID, PLANTED, placeOf } from '../change-planted.ts';
import { makeChangeResults } from '../change-results.ts';
import {
  type Colour,
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

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const MAP = '?lang=en&at=9.7944,2.99982,15.6';
const OPEN = `${MAP}&layer=none&parcel=LOSS-1`;
const folder = mkdtempSync(join(tmpdir(), 'canopy-change-'));
let browser: Browser;
let viewer: Viewer;
let watch: PageWatch;
let page: Page;

beforeAll(async () => {
  const results = await makeChangeResults(join(folder, 'results'));
  [browser, viewer] = await Promise.all([openBrowser(), serveViewer(results)]);
  watch = await openMap(browser, viewer, OPEN);
  page = watch.page;
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const panel = () => page.locator('#parcel');
const rowIds = () =>
  page.locator('#parcels [data-parcel]').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.parcel));
const parameter = (name: string) => new URL(page.url()).searchParams.get(name);

/** A place within a parcel, off its middle and clear of the lines of longitude and latitude. */
function placeIn(id: string): LonLat {
  const { col, row } = placeOf(PLANTED.findIndex((one) => one.id === id));
  return placeOfCell(col + 5.3, row + 6.6);
}

function placeOfCell(col: number, row: number): LonLat {
  const [cell, , left, , , top] = GRID.transform;
  const [lon, lat] = crsToLonLat(GRID.crs)(Float64Array.of(left + col * cell, top - row * cell));
  return [lon!, lat!];
}

async function openParcel(query: string): Promise<void> {
  await showView(page, query);
  await panel().locator('h2').first().waitFor();
  await panel().locator('canvas').first().waitFor();
}

describe('a parcel with a loss', () => {
  it('says what, between which dates, how sure and why, with no fault and no request to another host', async () => {
    await openParcel(OPEN);
    await panel().locator('.panel-year-table').waitFor();
    const words = (await panel().textContent()) ?? '';
    for (const said of [
      'Between 2 Feb 2020 and 18 Feb 2020 the NDVI fell below the parcel’s own season. The median of the dates judged since lies 0.314 below it',
      'high confidence',
      'The 95 % interval of the change lies beyond the threshold, and the control areas did not do the same.',
      '21 Mar 2020',
      '95 %: −0.348 to −0.281',
      'Smallest detectable change',
      '0.062',
      '23 %',
      '± 0.008',
      '3 outliers, 0 burnt',
      '−3.42',
      'stands apart from its control areas',
    ])
      expect(words).toContain(said);
    expect(words).not.toContain('A sentence in English.');
    expect([watch.faults, watch.strangers]).toEqual([[], []]);
  });

  it('gives the hectares of 3 years with ± and the classes that no year has, and 72 months of clear looks', async () => {
    const table = panel().locator('.panel-year-table');
    expect(await table.locator('tbody tr').nth(1).textContent()).toBe('20202.30± 0.110.000.26');
    const words = (await panel().textContent()) ?? '';
    expect(words).toContain('Nothing in any year: Burnt, Regrown, Gained, No data.');
    expect(words).toContain('Sampling error: not estimated');
    expect(await panel().locator('.panel-months tbody td').count()).toBe(72);
    expect(await panel().locator('.panel-months tbody td[data-shade="0"]').count()).toBeGreaterThan(3);
  });

  it('has a chart in words: 113 used, 2 outliers, 10 with too little clear, 12 without data, and its dates beside their signs', async () => {
    const label = await panel().locator('.panel-chart [role=img]').getAttribute('aria-label');
    expect(label).toContain('113 used, 2 outliers, 0 burnt.');
    const legend = await panel().locator('.panel-chart').textContent();
    for (const said of [
      'clear, used 113',
      'outlier, dropped 2',
      'too little clear 10',
      'no data 12',
      'detected 21 Mar 2020',
    ])
      expect(legend).toContain(said);
  });

  it('tells the same as a table that the keyboard opens: state, season with band, control areas', async () => {
    const fold = panel().getByRole('button', { name: /Show as table/ });
    await fold.focus();
    await page.keyboard.press('Enter');
    const rows = panel().locator('.panel-observations tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(137);
    expect(await panel().locator('.panel-observations thead').textContent()).toContain('SeasonControls');
    expect(await rows.filter({ hasText: 'outlier, dropped' }).count()).toBe(2);
    await page.keyboard.press('Enter');
  });

  it('chooses a date with the arrow keys on the chart, the same for the whole page', async () => {
    await panel().locator('.panel-chart-handle').focus();
    await page.keyboard.press('End');
    await eventually(() => parameter('date')).toBe('2021-12-21');
  });
});

describe('control areas', () => {
  it('are dashed squares on the map and a band in the chart, and one switch takes both away', async () => {
    await openParcel(OPEN);
    await mapAtRest(page);
    const along = Array.from({ length: 24 }, (_, i) => placeOfCell(58.3 + i / 4, 60));
    const isGreen = ([red, green, blue]: Colour) => green > red + 25 && green > blue + 25;
    const greens = async () => (await coloursAt(page, along)).filter(isGreen).length;
    await eventually(greens).toBeGreaterThan(2);
    const chart = () =>
      panel()
        .locator('.panel-chart canvas')
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const shown = await chart();
    const toggle = panel().getByRole('button', { name: 'control areas', exact: true });
    await toggle.focus();
    await page.keyboard.press('Space');
    await eventually(() => toggle.getAttribute('aria-pressed')).toBe('false');
    await eventually(greens).toBe(0);
    expect(await chart()).not.toBe(shown);
    await eventually(() => parameter('controls')).toBe('off');
    await toggle.click();
    await eventually(greens).toBeGreaterThan(2);
    await eventually(chart).toBe(shown);
  });
});

describe('the filter: changed, and how sure', () => {
  it('keeps 2 losses in the table, 1 that is sure, in the link and on the map', async () => {
    await showView(page, `${MAP}&layer=none`);
    await eventually(async () => (await rowIds()).length).toBe(PLANTED.length);
    const calm = await coloursAt(page, [placeIn('CALM-5'), placeIn('LOSS-1')]);
    await page.getByRole('button', { name: /^Change over time/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Loss 2' }).click();
    await eventually(rowIds).toEqual(['LOSS-1', 'LOSS-7']);
    await dialog.getByRole('button', { name: 'High 1' }).click();
    await eventually(rowIds).toEqual(['LOSS-1']);
    await eventually(() => [parameter('change'), parameter('sure')]).toEqual(['loss', 'high']);
    await page.keyboard.press('Escape');
    await mapAtRest(page);
    const faded = await coloursAt(page, [placeIn('CALM-5'), placeIn('LOSS-1')]);
    expect(distance(faded[0]!, calm[0]!)).toBeGreaterThan(20);
    expect(distance(faded[1]!, calm[1]!)).toBeLessThanOrEqual(2);
    expect(await page.locator('.panel-filter-button').textContent()).toContain('Loss · high confidence');
    await page.locator('.panel-filter-button').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Show all' }).click();
    await eventually(async () => (await rowIds()).length).toBe(PLANTED.length);
    // The keyboard has kept its place: Escape closes.
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('comes back with a link, and sorts by what the series says', async () => {
    await showView(page, `${MAP}&layer=none&change=loss_and_regrowth,gain&sure=low,medium&sort=changeFinding`);
    await eventually(rowIds).toEqual(['REGROWN-2', 'GAIN-3']);
  });
});

describe('layers of change', () => {
  const YEARS = { ...RAMPS['break-date'], low: 2019, high: 2021 };
  const expectColours = async (wanted: Readonly<Record<string, Rgb>>) => {
    await mapAtRest(page);
    const shown = await coloursAt(page, Object.keys(wanted).map(placeIn));
    const apart = Object.values(wanted).map((rgb, i) => distance(shown[i]!, rgb));
    expect(Math.max(...apart), JSON.stringify(shown)).toBeLessThanOrEqual(3);
  };

  it('are chosen in the picker; the year of the change has the colours of 2019, 2020 and 2021', async () => {
    await showView(page, `${MAP}&layer=ndvi-period&parcels=off`);
    await openCard();
    await page.locator('.shell-layer-select button').first().click();
    await page.getByRole('option', { name: 'Year of the change' }).click();
    await eventually(() => parameter('layer')).toBe('break-date-period');
    await expectColours({
      'REGROWN-2': colourOf(YEARS, 2019)!,
      'LOSS-1': colourOf(YEARS, 2020)!,
      'LOSS-7': colourOf(YEARS, 2021)!,
    });
  });

  it('show one year alone by a threshold in years', async () => {
    await showView(page, `${MAP}&layer=none&parcels=off`);
    const [ground] = await coloursAt(page, [placeIn('LOSS-7')]);
    await showView(page, `${MAP}&layer=break-date-period&parcels=off&colour.break-date=ember,2019..2021,2020..2020`);
    await expectColours({ 'LOSS-1': colourOf(YEARS, 2020)!, 'LOSS-7': ground!, 'REGROWN-2': ground! });
  });

  it('show the size of a change around zero: −0.31 orange, +0.14 purple', async () => {
    await showView(page, `${MAP}&layer=break-magnitude-period&parcels=off`);
    const ramp = RAMPS['break-magnitude'];
    await expectColours({ 'LOSS-1': colourOf(ramp, -0.3142)!, 'GAIN-3': colourOf(ramp, 0.14)! });
  });

  it('show what happened in a year, and step to another year beside the layer', async () => {
    await showView(page, `${MAP}&layer=year-class-2020&parcels=off`);
    const { loss, lostBefore, gain, burnt, regrown, stable } = YEAR_CLASS_COLOURS;
    await expectColours({
      'LOSS-1': loss,
      'REGROWN-2': lostBefore,
      'GAIN-3': gain,
      'BURNT-4': burnt,
      'CALM-5': stable,
    });
    await openCard();
    await page.getByRole('button', { name: /Year/ }).last().click();
    await page.getByRole('option', { name: '2021' }).click();
    await eventually(() => parameter('layer')).toBe('year-class-2021');
    await expectColours({ 'LOSS-1': lostBefore, 'REGROWN-2': regrown, 'LOSS-7': loss });
    await page.locator('.shell-legend').getByText('Lost in an earlier year').waitFor();
  });

  it('compare a year with the one before, the earlier on the left', async () => {
    await showView(page, `${MAP}&layer=year-class-2021&parcels=off`);
    await openCard();
    await page
      .getByRole('radio', { name: 'Swipe' })
      .or(page.getByRole('button', { name: 'Swipe' }))
      .first()
      .click();
    await eventually(() => [parameter('layer'), parameter('with')]).toEqual(['year-class-2020', 'year-class-2021']);
  });

  /** The card of layers stands open where there is room; else its button opens it. */
  async function openCard(): Promise<void> {
    const select = page.locator('.shell-layer-select button').first();
    if (!(await select.isVisible())) await page.locator('.shell-card button').first().click();
    await select.waitFor();
  }
});

describe('in French and German', () => {
  const openIn = async (language: 'fr' | 'de', id: string) => {
    const query = OPEN.replace('lang=en', `lang=${language}`).replace('LOSS-1', encodeURIComponent(id));
    const screen = await openMap(browser, viewer, query);
    await screen.page.locator('#parcel .panel-months').waitFor();
    const words = (await screen.page.locator('#parcel').textContent()) ?? '';
    return { ...screen, words: words.replaceAll('\u00a0', ' ') };
  };

  it('says a regrowth, its dates and hectares in French, without a sentence of the pipeline', async () => {
    const { words, context } = await openIn('fr', 'REGROWN-2');
    for (const said of [
      'Entre le 4 avr. 2019 et le 20 avr. 2019, le NDVI est tombé de 0,220',
      'confiance moyenne',
      'rétabli le 24 mars 2021',
      'Repoussé',
      '± non estimé',
      'Face aux zones témoins',
    ])
      expect(words).toContain(said);
    expect(words).not.toMatch(/sentence in English|Change over time|confidence/);
    await context.close();
  });

  it('says in German why a parcel was not judged, and shows its series and months all the same', async () => {
    const { page: german, words, context } = await openIn('de', AWKWARD_ID);
    expect(words).toContain(
      'Die Änderung im Zeitverlauf wurde nicht beurteilt: zu wenige Beobachtungen in der Vorgeschichte für eine Jahreszeit (klare Beobachtungen: 2 in der Vorgeschichte, 31 überwacht).',
    );
    await german.locator('#parcel .panel-chart canvas').waitFor();
    expect(await german.locator('#parcel .panel-chart canvas').count()).toBe(1);
    expect(await german.locator('#parcel .panel-year-table').count()).toBe(0);
    await context.close();
  });

  it('says in German what makes a judged parcel less sure', async () => {
    const { words, context } = await openIn('de', 'LOSS-7');
    expect(words).toContain('keine Kontrollflächen: 2 haben genug klare Tage mit ihr gemeinsam, nötig sind 5');
    expect(words).toContain('geringe Sicherheit');
    await context.close();
  });
});

describe('on a phone', () => {
  it('keeps panel, chart and filter within 390 pixels, in German', async () => {
    const phone = await openMap(browser, viewer, OPEN.replace('lang=en', 'lang=de').replace('LOSS-1', 'REGROWN-2'), {
      viewport: PHONE,
    });
    await phone.page.locator('#parcel .panel-year-table').waitFor();
    await phone.page.locator('#parcel canvas').first().waitFor();
    const width = () =>
      phone.page.locator('.panel-body').evaluate((body) => [body.scrollWidth - body.clientWidth, body.clientWidth]);
    expect((await width())[0]).toBeLessThanOrEqual(0);
    expect(await audit(phone.page, 'phone, parcel')).toEqual([]);
    await phone.page.locator('.shell-tabbar-tab').nth(1).click();
    await phone.page.locator('.panel-filter-button').click();
    const box = (await phone.page.locator('.panel-filter').boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(PHONE.width);
    expect(await audit(phone.page, 'phone, filter')).toEqual([]);
    expect(phone.faults).toEqual([]);
    await phone.context.close();
  });
});

describe('axe', () => {
  it.each([
    ['light', 'en'],
    ['dark', 'fr'],
  ] as const)(
    'finds nothing serious on the open parcel, the filter and the layers of years: %s, %s',
    async (colorScheme, language) => {
      const screen = await openMap(browser, viewer, OPEN.replace('lang=en', `lang=${language}`), { colorScheme });
      await screen.page.locator('.panel-year-table').waitFor();
      const found = await audit(screen.page, 'parcel');
      await screen.page.locator('.panel-fold-button').first().click();
      found.push(...(await audit(screen.page, 'table of observations')));
      await screen.page.locator('.panel-filter-button').click();
      await screen.page.getByRole('dialog').waitFor();
      found.push(...(await audit(screen.page, 'filter')));
      await screen.page.keyboard.press('Escape');
      await showView(screen.page, `${MAP}&layer=year-class-2020`);
      found.push(...(await audit(screen.page, 'year classes')));
      await screen.context.close();
      expect(found).toEqual([]);
    },
  );
});

describe('results of before change over time was judged', () => {
  it('show the parcel as before: no section, no filter, no column, no control areas', async () => {
    const dir = await makeChangeResults(join(folder, 'before'), { withChange: false });
    const old = await serveViewer(dir);
    const { page: before, context, faults } = await openMap(browser, old, `${OPEN}&sort=changeFinding`);
    await before.locator('#parcel canvas').first().waitFor();
    expect(await before.locator('#parcel').textContent()).not.toContain('Change over time');
    expect(await before.locator('.panel-filter-button').count()).toBe(0);
    expect(await before.locator('#parcels').textContent()).not.toContain('Change over time');
    expect(faults).toEqual([]);
    await context.close();
    await old.kill();
  });
});

/** Serious and critical findings of axe on the present screen, one line each. */
async function audit(on: Page, screen: string): Promise<string[]> {
  if (!(await on.evaluate(() => 'axe' in window))) await on.evaluate(AXE);
  await on.waitForTimeout(400);
  const { violations } = await on.evaluate(() =>
    (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
      resultTypes: ['violations'],
    }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${screen}: ${id} ${target} ${failureSummary}`),
    );
}
