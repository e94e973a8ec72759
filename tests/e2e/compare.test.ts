import geodesic from 'geographiclib-geodesic';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** Six places of the demo from west to east, all on the map at `AT`. */
const PLACES: readonly LonLat[] = [1.531, 1.539, 1.546, 1.556, 1.563, 1.571].map((lon, i) => [
  lon,
  9.8413 - i * 0.0011,
]);
const AT = '?at=9.84,1.551,12.6&parcels=off';
const [BEFORE, AFTER] = ['ndvi-baseline', 'clear-count-period'];

let viewer: Viewer;
let browser: Browser;
let watch: PageWatch;
let page: Page;
/** What the two layers and the empty ground look like at `PLACES`, each shown alone. */
let before: Colour[];
let after: Colour[];
let ground: Colour[];

beforeAll(async () => {
  const { results } = await demoResults();
  [viewer, browser] = await Promise.all([serveViewer(results), openBrowser()]);
  watch = await openMap(browser, viewer, `${AT}&layer=${BEFORE}`);
  page = watch.page;
  before = await coloursAt(page, PLACES);
  after = await coloursOf(`${AT}&layer=${AFTER}`);
  ground = await coloursOf(`${AT}&layer=none`);
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
});

describe('two layers compared', () => {
  it('differs at every place that is looked at, so that the tests below can tell the sides apart', () => {
    for (const [i] of PLACES.entries()) {
      expect(distance(before[i]!, after[i]!)).toBeGreaterThan(20);
      expect(distance(before[i]!, ground[i]!)).toBeGreaterThan(20);
    }
  });

  it('swipes: the first layer left of the line and the second right of it, by dragging and by keyboard', async () => {
    await showView(page, `${AT}&layer=${BEFORE}&with=${AFTER}&compare=swipe`);
    expect(await sidesShown()).toBe('left left left right right right');
    const handle = page.locator('.map-swipe-thumb');
    const box = (await handle.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move((await pointOf(page, PLACES[1]!)).x + 8, y, { steps: 4 });
    await page.mouse.up();
    await mapAtRest(page);
    expect(await sidesShown()).toBe('left left right right right right');
    const slider = page.getByRole('slider', { name: /^Swipe line/ });
    await slider.focus();
    await page.keyboard.press('End');
    await mapAtRest(page);
    expect(await sidesShown()).toBe('left left left left left left');
    await page.keyboard.press('Home');
    await mapAtRest(page);
    expect(await sidesShown()).toBe('right right right right right right');
    await page.keyboard.press('PageUp');
    await eventually(() => slider.inputValue()).toBe('0.1');
  });

  it('prints layer and dates on each side of the line, and names them on the handle', async () => {
    await showView(page, `${AT}&layer=${BEFORE}&with=${AFTER}&compare=swipe`);
    const label = (side: string) => page.locator(`.map-side-label[data-side=${side}]`).textContent();
    expect(await label('left')).toMatch(/2018 – .*2021.*NDVI/);
    expect(await label('right')).toMatch(/2021 – .*2024.*Clear observations/);
    const slider = page.getByRole('slider', { name: /^Swipe line between .*2018 – .*2021 and .*2021 – .*2024/ });
    expect(await slider.count()).toBe(1);
  });

  it('stands side by side: each map has its own layer, and one moves with the other', async () => {
    await showView(page, `${AT}&layer=${BEFORE}&with=${AFTER}&compare=side`);
    const near = PLACES.slice(2, 4);
    expect(nearest(await coloursAt(page, near, 'left'), 2)).toEqual(['left', 'left']);
    expect(nearest(await coloursAt(page, near, 'right'), 2)).toEqual(['right', 'right']);
    const apart = async () => (await pointOf(page, near[0]!, 'right')).x - (await pointOf(page, near[0]!, 'left')).x;
    const [gap, start] = [await apart(), await pointOf(page, near[0]!, 'right')];
    await page.locator('.map-view[data-side=left] canvas').first().focus();
    await page.keyboard.press('ArrowUp');
    await eventually(async () => (await pointOf(page, near[0]!, 'right')).y).toBeGreaterThan(start.y + 50);
    await mapAtRest(page);
    expect(Math.abs((await apart()) - gap)).toBeLessThan(0.5);
    expect(await page.locator('.map-side-label').count()).toBe(2);
  });

  it('flickers between the two by itself, stops, and steps by hand', async () => {
    await showView(page, `${AT}&layer=${BEFORE}&with=${AFTER}&compare=flicker`);
    const label = page.locator('.map-side-label');
    const side = () => label.getAttribute('data-side');
    const first = await side();
    await eventually(side).not.toBe(first);
    await eventually(side).toBe(first);
    await page.getByRole('button', { name: 'Stop flicker' }).click();
    for (let step = 0; step < 2; step++) {
      await mapAtRest(page);
      const now = (await side())!;
      expect(await sidesShown()).toBe(PLACES.map(() => now).join(' '));
      await page.getByRole('button', { name: 'Show the other side' }).click();
      await eventually(side).not.toBe(now);
    }
  });

  it('starts from the keyboard with the other period, and ends where it began', async () => {
    await showView(page, AT);
    await page.keyboard.press('s');
    await eventually(() => param('compare')).toBe('swipe');
    // The later period is the first view's own layer, which a link need not name.
    expect([await param('layer'), await param('with')]).toEqual(['true-color-baseline', null]);
    await page.keyboard.press('b');
    await eventually(() => param('compare')).toBe('side');
    await page.keyboard.press('b');
    await eventually(() => param('compare')).toBe(null);
    expect(await param('layer')).toBe(null);
  });
});

describe('colours', () => {
  it('changes ramp and threshold at once, without asking for a tile', async () => {
    await showView(page, `${AT}&layer=change-period`);
    const plain = await coloursAt(page, PLACES);
    const asked: string[] = [];
    const listen = (request: { url(): string }) => void (/\/tiles\//.test(request.url()) && asked.push(request.url()));
    page.on('request', listen);
    await page.getByRole('button', { name: 'Colours: Change of tree cover' }).click();
    await page.getByRole('button', { name: /Colour ramp/ }).click();
    await page.getByRole('option', { name: 'Cividis' }).click();
    await eventually(() => param('colour.change')).toBe('cividis,-0.5..0.5');
    await mapAtRest(page);
    const other = await coloursAt(page, PLACES);
    for (const [i] of PLACES.entries()) expect(distance(plain[i]!, other[i]!)).toBeGreaterThan(20);
    await page.getByRole('button', { name: /^Loss ≤ −15/ }).click();
    await mapAtRest(page);
    // Nowhere here the cover has gone down by that much: the bare ground shows.
    for (const [i, colour] of (await coloursAt(page, PLACES)).entries())
      expect(distance(colour, ground[i]!)).toBeLessThanOrEqual(1);
    await page.getByRole('button', { name: 'Reset the colours' }).click();
    await mapAtRest(page);
    expect(await coloursAt(page, PLACES)).toEqual(plain);
    page.off('request', listen);
    expect(asked).toEqual([]);
  });

  it('mixes the layer with the ground as the opacity says', async () => {
    await showView(page, `${AT}&layer=${BEFORE}`);
    const slider = page.getByRole('slider', { name: 'Opacity' });
    await slider.focus();
    await page.keyboard.press('Home');
    await eventually(() => param('opacity')).toBe('0');
    await mapAtRest(page);
    expect(await coloursAt(page, PLACES)).toEqual(ground);
    for (let press = 0; press < 10; press++) await page.keyboard.press('ArrowRight');
    await eventually(() => param('opacity')).toBe('0.5');
    await mapAtRest(page);
    const half = (i: number) => before[i]!.map((channel, c) => (channel + ground[i]![c]!) / 2) as unknown as Colour;
    for (const [i, colour] of (await coloursAt(page, PLACES)).entries())
      expect(distance(colour, half(i))).toBeLessThanOrEqual(2);
  });
});

describe('measuring', () => {
  it('gives the length of 0.01° of latitude as 1,106 m within the width of a pixel, and an area from three points', async () => {
    await showView(page, '?at=9.84,1.551,14&parcels=off');
    // Clear of the cards.
    const places: LonLat[] = [
      [1.553, 9.838],
      [1.553, 9.848],
      [1.561, 9.838],
    ];
    const { s12 } = geodesic.Geodesic.WGS84.Inverse(9.838, 1.553, 9.848, 1.553);
    expect(s12).toBeCloseTo(1106.1, 0);
    await page.keyboard.press('m');
    const panel = page.getByRole('region', { name: 'Measure' });
    for (const place of places.slice(0, 2)) await clickAt(place);
    const metresPerPx = 4.71;
    await eventually(async () => Math.abs((await figure(panel, 'Length')) * 1000 - s12!)).toBeLessThan(2 * metresPerPx);
    await clickAt(places[2]!);
    const east = geodesic.Geodesic.WGS84.Inverse(9.838, 1.553, 9.838, 1.561).s12!;
    const areaHa = (s12! * east) / 2 / 10_000;
    await eventually(async () => Math.abs((await figure(panel, 'Area')) / areaHa - 1)).toBeLessThan(0.01);
    await panel.getByRole('button', { name: 'End measuring' }).click();
    await panel.waitFor({ state: 'detached' });
  });

  it('measures by keyboard, and Escape ends it without closing anything else', async () => {
    // Without motion, so that an arrow key has moved the map by its 100 pixels when Enter comes.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await showView(page, '?at=9.8507,1.5504,14&parcel=DEM-039');
    await page.keyboard.press('m');
    const panel = page.getByRole('region', { name: 'Measure' });
    await panel.waitFor();
    await page.locator('.map-view canvas').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await mapAtRest(page);
    await page.keyboard.press('Enter');
    await eventually(() => figure(panel, 'Length')).toBeGreaterThan(460);
    expect(await figure(panel, 'Length')).toBeLessThan(482);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(await page.locator('#parcel h2').first().textContent()).toBe('DEM-039');
    expect(watch.faults).toEqual([]);
    expect(watch.strangers).toEqual([]);
  });
});

async function coloursOf(query: string): Promise<Colour[]> {
  await showView(page, query);
  return coloursAt(page, PLACES);
}

/** Which of the two layers shows at each of `PLACES`. */
async function sidesShown(): Promise<string> {
  return nearest(await coloursAt(page, PLACES), 0).join(' ');
}

function nearest(colours: readonly Colour[], from: number): string[] {
  return colours.map((colour, i) => {
    if (distance(colour, before[i + from]!) <= 1) return 'left';
    return distance(colour, after[i + from]!) <= 1 ? 'right' : `neither (${colour})`;
  });
}

async function param(key: string): Promise<string | null> {
  return new URL(page.url()).searchParams.get(key);
}

async function clickAt(place: LonLat): Promise<void> {
  const { x, y } = await pointOf(page, place);
  await page.mouse.click(x, y);
}

/** A figure of the measuring panel, in the unit that is printed. */
async function figure(panel: ReturnType<Page['locator']>, name: string): Promise<number> {
  const text = (await panel.locator('.map-measure-figure', { hasText: name }).textContent()) ?? '';
  return Number(
    text
      .replace(name, '')
      .replace(',', '')
      .match(/[\d.]+/)?.[0],
  );
}
