import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type PageWatch } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { copyResults, rewriteResults } from './results-copy.ts';
import {
  eventually,
  goToView,
  openMap,
  PREPARE_MS,
  pointOf,
  serveViewer,
  showView,
  type Viewer,
} from './viewer-page.ts';

const IMG = HOSTILE_NAMES[0]!;

let folder: string;
let viewer: Viewer;
let browser: Browser;
let watch: PageWatch;
let page: Page;

beforeAll(async () => {
  const { results } = await demoResults();
  folder = mkdtempSync(join(tmpdir(), 'canopy-hostile-'));
  const dir = join(folder, 'results');
  copyResults(results, dir, { withPlan: false });
  makeHostile(dir);
  [viewer, browser] = await Promise.all([serveViewer(dir), openBrowser()]);
  watch = await openMap(browser, viewer, '?at=9.84,1.55,12.2');
  page = watch.page;
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

describe('40 hostile names, and as many hostile reasons, from files', () => {
  it('are 40', () => {
    expect(HOSTILE_NAMES).toHaveLength(40);
    expect(new Set(HOSTILE_NAMES).size).toBe(40);
  });

  it('stand in the table as text, each of them', async () => {
    for (const name of HOSTILE_NAMES) {
      await goToView(page, `?layer=none&q=${encodeURIComponent(name)}`);
      await eventually(namesInTable).toContain(name);
    }
    await expectNothingRan();
  });

  it('open in the panel as text, reason and all, under their own address', async () => {
    for (const name of HOSTILE_NAMES) {
      await goToView(page, `?layer=none&parcel=${encodeURIComponent(name)}`);
      await eventually(() => page.locator('#parcel h2').first().textContent()).toBe(name);
      await eventually(() => page.locator('#parcel .panel-finding').textContent()).toContain(name);
      expect(await page.locator('#parcel').getByText('could not').count()).toBe(0);
    }
    await expectNothingRan();
  });

  it('show as text at the pointer, in the page’s title, on the slider and among the dates', async () => {
    await showView(page, `?at=9.84,1.55,12.2&parcel=${encodeURIComponent(IMG)}&date=2018-12-09`);
    expect(await page.title()).toContain(IMG);
    await eventually(() => page.locator('.panel-time-sentence').textContent()).toContain(IMG);
    await page.getByRole('button', { name: /^Show as table/ }).click();
    await eventually(() => page.locator('.panel-observations').textContent()).toContain(IMG);
    const { geometry } = JSON.parse(await readFeature(IMG)) as { geometry: { coordinates: [number, number][][] } };
    const ring = geometry.coordinates[0]!;
    const middle = (axis: 0 | 1) => ring.reduce((sum, place) => sum + place[axis], 0) / ring.length;
    await showView(page, '?at=9.865,1.569,13');
    const { x, y } = await pointOf(page, [middle(0), middle(1)]);
    await page.mouse.move(x - 3, y);
    await page.mouse.move(x, y);
    await eventually(() => page.locator('.map-tip-id').textContent()).toBe(IMG);
    await expectNothingRan();
  });

  it('stay text in project name, sources and warnings, in the dialogs and on the twin page', async () => {
    expect(await page.locator('.shell-header h1').textContent()).toBe(IMG);
    await page.getByRole('button', { name: /^Sources/ }).click();
    await page.locator('.map-sources').getByText(IMG).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /About this run/ }).click();
    await page.getByRole('dialog').getByText(IMG).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export' }).click();
    const picture = page.getByRole('dialog').getByRole('img');
    await picture.waitFor();
    expect(await page.getByRole('dialog').getByRole('textbox').inputValue()).toBe(IMG);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Twin region' }).click();
    await page.getByRole('heading', { level: 2, name: IMG }).first().waitFor();
    expect(await page.locator('.panel-twin').textContent()).toContain(`source ${IMG}`);
    await expectNothingRan();
    expect(watch.strangers).toEqual([]);
  });
});

async function expectNothingRan(): Promise<void> {
  expect(await page.evaluate(() => (window as { __xss?: unknown }).__xss)).toBeUndefined();
  expect(await page.locator('img[src="x"], iframe, object, marquee, base, meta[http-equiv=refresh]').count()).toBe(0);
  expect(watch.faults).toEqual([]);
  expect(new URL(page.url()).origin).toBe(new URL(viewer.url).origin);
}

function namesInTable(): Promise<(string | null)[]> {
  return page.locator('#parcels .panel-parcel-name').allTextContents();
}

async function readFeature(id: string): Promise<string> {
  const response = await fetch(`${viewer.url}api/parcels/${encodeURIComponent(id)}`);
  return response.text();
}

/** Puts the names in place of the first 40 parcels, their reasons, and wherever else a file's text is shown. */
function makeHostile(dir: string): void {
  const read = (name: string) => readFileSync(join(dir, name), 'utf8');
  const parcels = JSON.parse(read('parcels.geojson')) as {
    features: { id: string; properties: Record<string, unknown> }[];
    [key: string]: unknown;
  };
  const newNames = new Map(parcels.features.slice(0, 40).map(({ id }, i) => [id, HOSTILE_NAMES[i]!]));
  const features = parcels.features.map((feature) => {
    const name = newNames.get(feature.id);
    if (name === undefined) return feature;
    const figures = { outcome: 'no_data', reason: name, finding: '', change_finding: null, change_reason: name };
    return { ...feature, id: name, properties: { ...feature.properties, parcel_id: name, ...figures } };
  });
  const lines = features.map((feature) => JSON.stringify(feature)).join(',\n');
  const observations = read('observations.csv')
    .split('\n')
    .map((line) => hostileObservation(line, newNames))
    .join('\n');
  const twin = JSON.parse(read('twin.json')) as { name: string; sinks: object[]; sources: object[] };
  const hostile = (region: object) => ({
    ...region,
    name: IMG,
    profile: JSON.parse(JSON.stringify((region as { profile: object }).profile), (key, value) =>
      key === 'source' ? `source ${IMG}` : value,
    ),
  });
  const files = {
    'parcels.geojson': `{"type":"FeatureCollection","synthetic":true,"features":[\n${lines}\n]}\n`,
    'observations.csv': observations,
    ...Object.fromEntries(CHANGE_TABLES.map((name) => [name, renameFirst(read(name), newNames)])),
    'twin.json': JSON.stringify({
      ...twin,
      name: IMG,
      sinks: twin.sinks.map(hostile),
      sources: twin.sources.map(hostile),
    }),
  };
  const about = { project: { id: IMG, name: IMG }, attribution: [IMG], warnings: [IMG] };
  rewriteResults(dir, files, (record) => ({ ...record, ...about }));
}

const CHANGE_TABLES = ['changes.csv', 'series.csv', 'controls.csv', 'months.csv'];

/** The same rows under the new ids. */
function renameFirst(text: string, newNames: ReadonlyMap<string, string>): string {
  return text.replaceAll(/^([^,\n]*)(?=,)/gm, (id) => {
    const name = newNames.get(id);
    return name === undefined ? id : `"${name.replaceAll('"', '""')}"`;
  });
}

function hostileObservation(line: string, newNames: ReadonlyMap<string, string>): string {
  const cells = [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell]) => cell!);
  const name = newNames.get(cells[0]!);
  if (name === undefined) return line;
  const quoted = `"${name.replaceAll('"', '""')}"`;
  return [quoted, ...cells.slice(1, -1), quoted].join(',');
}
