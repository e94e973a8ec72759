import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openPage, type PageWatch } from '../browser.ts';
import { type CanopyProcess, startCanopy } from '../canopy.ts';

/** Wide enough for the cards to stand open beside the table; no wider, because every pixel is drawn in software. */
const DESK = { width: 1280, height: 720 };

/** Software WebGL on a busy machine: a first map, and one action. */
const MAP_MS = 60_000;
const ACTION_MS = 40_000;
/** A run of the demo, when its results are not there yet. */
export const PREPARE_MS = 400_000;

export interface Viewer {
  readonly url: string;
  readonly port: number;
  /** Ends the server without a word, as a power cut would. */
  kill(): Promise<void>;
}

/** `canopy serve` on a results folder as a person starts it; port 0 takes any free one. */
export async function serveViewer(dir: string, port = 0): Promise<Viewer> {
  const server = startCanopy(['serve', dir, '--port', String(port)]);
  const url = await untilServing(server);
  return {
    url,
    port: Number(new URL(url).port),
    kill: async () => {
      server.child.kill('SIGKILL');
      await server.ended;
    },
  };
}

async function untilServing({ child, said }: CanopyProcess): Promise<string> {
  for (;;) {
    const found = /Serving .* at (http:\S+)/.exec(said());
    if (found) return found[1]!;
    if (child.exitCode !== null) throw new Error(`canopy serve ended: ${said()}`);
    await sleep(50);
  }
}

/** A fresh page on a view (a query as in a link), its map drawn. */
export async function openMap(
  browser: Browser,
  viewer: Viewer,
  query = '',
  options: Parameters<typeof openPage>[2] = {},
): Promise<PageWatch> {
  const watch = await openPage(browser, `${viewer.url}${query}`, { viewport: DESK, ...options });
  watch.page.setDefaultTimeout(ACTION_MS);
  await watch.page.waitForFunction(() => window.__canopyMap !== undefined, undefined, { timeout: MAP_MS });
  await mapAtRest(watch.page);
  return watch;
}

/** Every tile of the present view is loaded and drawn. */
export async function mapAtRest(page: Page): Promise<void> {
  await page.evaluate((timeoutMs) => window.__canopyMap!.idle(timeoutMs), MAP_MS);
}

/** Brings another view (a query as in a link) by the browser's history, which needs no new page, and waits for its map. */
export async function showView(page: Page, query: string): Promise<void> {
  await goToView(page, query);
  await mapAtRest(page);
}

/** The same without a look at the map. */
export async function goToView(page: Page, query: string): Promise<void> {
  await page.evaluate((search) => {
    history.pushState(null, '', search);
    dispatchEvent(new PopStateEvent('popstate'));
  }, query);
}

/** Expects of what is read that it comes to be so; the wait is for a busy machine. */
export function eventually<T>(read: () => T | Promise<T>, timeout = ACTION_MS) {
  return expect.poll(read, { timeout });
}

export type Colour = readonly [red: number, green: number, blue: number];
export type LonLat = readonly [lon: number, lat: number];

/** Where a place is on the window, CSS pixels. */
export async function pointOf(page: Page, [lon, lat]: LonLat, side: 'left' | 'right' = 'left') {
  const point = await page.evaluate(([lon, lat, side]) => window.__canopyMap!.project(lon, lat, side), [
    lon,
    lat,
    side,
  ] as const);
  return { x: point![0], y: point![1] };
}

/** Colours that the map shows at places, one for each. */
export async function coloursAt(
  page: Page,
  places: readonly LonLat[],
  side: 'left' | 'right' = 'left',
): Promise<Colour[]> {
  return page.evaluate(
    ([places, side]) => {
      const { project, readPixel } = window.__canopyMap!;
      return places.map(([lon, lat]) => {
        const [x, y] = project(lon, lat, side)!;
        const [red, green, blue] = readPixel(x, y, side)!;
        return [red, green, blue] as const;
      });
    },
    [places, side] as const,
  );
}

/** Largest difference of a channel, 0 to 255. */
export function distance(one: Colour, other: Colour): number {
  return Math.max(...one.map((channel, i) => Math.abs(channel - other[i]!)));
}
