import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, PHONE } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { auditPage } from './audit.ts';
import { eventually, openMap, PREPARE_MS, serveViewer, showView, type Viewer } from './viewer-page.ts';

const MAP = '?at=9.84,1.55,12.2&layer=none';
const FULL = '?at=9.84,1.55,12.2&layer=change-period&parcel=DEM-002&date=2019-06-22';

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

/** What is on the screen, for axe to look at. */
interface Screen {
  readonly name: string;
  /** Brings it; what it opened is closed again by Escape. */
  open(page: Page): Promise<void>;
}

const OPEN_PARCEL: Screen = {
  name: 'open parcel with a date and the change layer',
  open: async (page) => {
    await showView(page, FULL);
    await page.locator('#parcel h2').first().waitFor();
    await page.locator('#parcel canvas').first().waitFor();
  },
};

const DESK_SCREENS: readonly Screen[] = [
  { name: 'map', open: (page) => showView(page, MAP) },
  OPEN_PARCEL,
  {
    name: 'colours of a layer',
    open: async (page) => {
      await showView(page, FULL.replace('&parcel=DEM-002', ''));
      await page.locator('.shell-colouring button').first().click();
      await page.locator('.shell-colouring-body').waitFor();
    },
  },
  { name: 'swipe', open: (page) => showView(page, `${MAP}&layer=ndvi-baseline&with=ndvi-period&compare=swipe`) },
  { name: 'side by side', open: (page) => showView(page, `${MAP}&layer=ndvi-baseline&with=ndvi-period&compare=side`) },
  dialog('export dialog', 'e', '[role=dialog] img'),
  dialog('keyboard help', '?', '[role=dialog]'),
  {
    name: 'about the run',
    open: async (page) => {
      await showView(page, MAP);
      await page.locator('.shell-run').click();
      await page.locator('[role=dialog]').waitFor();
    },
  },
  {
    name: 'twin page',
    open: async (page) => {
      await showView(page, '?page=twin');
      await page.locator('.panel-twin').waitFor();
    },
  },
];

function dialog(name: string, key: string, sign: string): Screen {
  return {
    name,
    open: async (page) => {
      await showView(page, MAP);
      await page.keyboard.press(key);
      await page.locator(sign).first().waitFor();
    },
  };
}

describe('axe', () => {
  for (const { name, query, colorScheme } of [
    { name: 'light and English', query: '?lang=en', colorScheme: 'light' },
    { name: 'dark and French', query: '?lang=fr', colorScheme: 'dark' },
  ] as const) {
    it(`finds nothing serious on ${DESK_SCREENS.length} screens at the desk, ${name}`, async () => {
      const { page, context } = await openMap(browser, viewer, query, { colorScheme });
      const found: string[] = [];
      for (const screen of DESK_SCREENS) {
        await screen.open(page);
        found.push(...(await auditPage(page, screen.name)));
        await page.keyboard.press('Escape');
        await page.locator('[role=dialog]').waitFor({ state: 'detached' });
      }
      await context.close();
      expect(found).toEqual([]);
    }, 150_000);
  }

  it('finds nothing serious on a phone: map, table, parcel, layers, menu and twin page, in German', async () => {
    const { page, context } = await openMap(browser, viewer, '?lang=de&layer=change-period', { viewport: PHONE });
    const found = await auditPage(page, 'phone, map');
    const tab = (at: number) => page.locator('.shell-tabbar-tab').nth(at).click();
    await tab(1);
    await page.locator('#parcels [data-parcel]').first().waitFor();
    found.push(...(await auditPage(page, 'phone, parcels')));
    await tab(3);
    await page.locator('#layers').waitFor();
    found.push(...(await auditPage(page, 'phone, layers')));
    await showView(page, FULL);
    await page.locator('#parcel h2').first().waitFor();
    found.push(...(await auditPage(page, 'phone, parcel')));
    await page.locator('.shell-actions button').first().click();
    await page.locator('[role=menu]').waitFor();
    found.push(...(await auditPage(page, 'phone, menu')));
    await page.keyboard.press('Escape');
    await showView(page, '?page=twin');
    await page.locator('.panel-twin').waitFor();
    found.push(...(await auditPage(page, 'phone, twin page')));
    await context.close();
    expect(found).toEqual([]);
  }, 150_000);
});

describe('the keyboard', () => {
  it('reaches header, table, map, layers, slider and panel with the tab key alone, and comes round again', async () => {
    const { page, context } = await openMap(browser, viewer, FULL);
    await page.locator('#parcel h2').first().waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const stops: string[] = [];
    for (let press = 0; press < 140; press++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(stopName);
      stops.push(stop);
      // Out of the page and in again: the first stop is back.
      if (press > 10 && stop === stops[0]) break;
    }
    expect(stops.at(-1)).toBe(stops[0]);
    for (const part of ['skip', 'header', 'parcels', 'map', 'layers', 'slider', 'parcel'])
      expect(stops.filter((stop) => stop.startsWith(`${part}:`)).length, part).toBeGreaterThan(0);
    const canvases = stops.filter((stop) => stop.includes('canvas'));
    expect(canvases).toHaveLength(1);
    await context.close();
  });

  it('leaves no one in a dialog: Escape closes it and comes back to where it was opened', async () => {
    const { page, context } = await openMap(browser, viewer, MAP);
    const button = page.getByRole('button', { name: 'Keyboard shortcuts' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let press = 0; press < 6; press++) await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await eventually(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
    // A first skip link leads to the table.
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.locator('.shell-skip a').nth(1).focus();
    await page.keyboard.press('Enter');
    await eventually(() => page.evaluate(() => document.activeElement?.id)).toBe('parcels');
    await context.close();
  });
});

/** Part of the page that has the focus, and what it is. */
function stopName(): string {
  const element = document.activeElement as HTMLElement;
  const parts = [
    ['.shell-skip', 'skip'],
    ['.shell-header', 'header'],
    ['#parcels', 'parcels'],
    ['.shell-cards', 'layers'],
    ['#map', 'map'],
    ['.shell-slider', 'slider'],
    ['#parcel', 'parcel'],
  ] as const;
  const part = parts.find(([selector]) => element.closest(selector))?.[1] ?? 'page';
  const name = element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40) ?? '';
  return `${part}: ${element.tagName.toLowerCase()} ${name} ${element.id}`;
}
