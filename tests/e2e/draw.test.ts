import geodesicLibrary from 'geographiclib-geodesic';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser, type PageWatch, PHONE } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { auditPage } from './audit.ts';
import {
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

const VIEW = '?page=delineate&lang=fr&at=9.84,1.56,14&layer=none';

let viewer: Viewer;
let browser: Browser;
let watch: PageWatch;
let page: Page;

beforeAll(async () => {
  const { results } = await demoResults();
  [viewer, browser] = await Promise.all([serveViewer(results), openBrowser()]);
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
});

const FIELD: readonly LonLat[] = [
  [1.555, 9.838],
  [1.561, 9.8375],
  [1.562, 9.8425],
  [1.5545, 9.843],
];

const tool = (name: string) => page.getByRole('toolbar').getByRole('button', { name, exact: true });
const panel = () => page.locator('#draft');
const pill = () => page.locator('.draw-pill');
const drafts = () => page.evaluate(() => window.__canopyDrafts!());
const openRings = async () => {
  const draft = (await drafts()).find(({ isOpen }) => isOpen)!;
  return draft.geometry!.coordinates as unknown as LonLat[][];
};

async function clickAt(place: LonLat, away: readonly [number, number] = [0, 0]): Promise<void> {
  const { x, y } = await pointOf(page, place);
  await page.mouse.move(x + away[0] - 3, y + away[1]);
  await page.mouse.move(x + away[0], y + away[1]);
  await page.mouse.click(x + away[0], y + away[1]);
}

/** Takes the tool up; the column of the draft that opens makes the map narrower, which has to be over before a click. */
async function beginOutline(): Promise<void> {
  await tool('Dessiner sommet par sommet').click();
  await panel().waitFor();
  await mapAtRest(page);
}

async function draw(places: readonly LonLat[]): Promise<void> {
  await beginOutline();
  for (const place of places) await clickAt(place);
  await page.keyboard.press('Enter');
  await eventually(() => tool('Déplacer les sommets').getAttribute('aria-pressed')).toBe('true');
}

/** Drags the map under a finger that is a mouse here. */
async function pan(dx: number, dy: number): Promise<void> {
  const { x, y } = await pointOf(page, [1.56, 9.84]);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx, y + dy, { steps: 4 });
  await page.waitForTimeout(300);
  await page.mouse.up();
}

/** True hectares by GeographicLib itself, as French text with 2 decimals. */
function hectaresText(ring: readonly LonLat[]): string {
  const polygon = geodesicLibrary.Geodesic.WGS84.Polygon(false);
  for (const [lon, lat] of ring.slice(0, -1)) polygon.AddPoint(lat, lon);
  const ha = Math.abs(polygon.Compute(false, true).area!) / 10_000;
  return new Intl.NumberFormat('fr', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(ha);
}

/** Throws all drafts away as a person does, one after the other. */
async function discardDrafts(): Promise<void> {
  const list = page.getByRole('region', { name: 'Brouillons sur cet appareil' });
  for (let left = (await drafts()).length; left > 0; left--) {
    await list
      .getByRole('button', { name: /^Supprimer le brouillon/ })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Supprimer', exact: true }).click();
    await eventually(async () => (await drafts()).length).toBe(left - 1);
  }
}

describe('drawing at a desk, in French', () => {
  // One page for all: to open one takes a machine that draws WebGL in software longer than most tests.
  beforeAll(async () => {
    watch = await openMap(browser, viewer, VIEW, { locale: 'fr-FR' });
    page = watch.page;
    await page.getByRole('toolbar').waitFor();
  }, PREPARE_MS);

  afterAll(() => watch?.context.close());

  beforeEach(async () => {
    await page.keyboard.press('Escape');
    await discardDrafts();
    await showView(page, VIEW);
  });

  it('draws 4 corners by mouse: the hectares in the panel are those of GeographicLib, and the drawing is kept at once', async () => {
    await beginOutline();
    for (const place of FIELD.slice(0, 3)) await clickAt(place);
    expect((await openRings())[0]).toHaveLength(4);
    await clickAt(FIELD[3]!);
    await page.keyboard.press('Enter');
    await tool('Déplacer les sommets').and(page.locator('[aria-pressed=true]')).waitFor();
    const [ring] = await openRings();
    expect(ring).toHaveLength(5);
    for (const [i, [lon, lat]] of FIELD.entries()) {
      expect(ring![i]![0]).toBeCloseTo(lon, 4);
      expect(ring![i]![1]).toBeCloseTo(lat, 4);
    }
    await eventually(() => panel().locator('.draw-figures-ha').textContent()).toBe(`${hectaresText(ring!)}ha`);
    expect(await panel().textContent()).toMatch(/87.600 ha déclarés/);
    expect(watch.faults).toEqual([]);
    expect(watch.strangers).toEqual([]);
  });

  it('snaps to the corner of a neighbour 8 pixels away: the same numbers in both, and no overlap', async () => {
    await draw(FIELD);
    const [first] = await openRings();
    await beginOutline();
    await clickAt(first![1]!, [6, -5]);
    await page.locator('.draw-hint', { hasText: 'sommet' }).waitFor();
    await clickAt([1.565, 9.8385]);
    await clickAt([1.565, 9.8425]);
    const { x, y } = await pointOf(page, first![2]!);
    await page.mouse.move(x + 5, y + 5);
    await pill().getByText('Accroché à un sommet de #1').waitFor();
    await page.mouse.click(x + 5, y + 5);
    await page.keyboard.press('Enter');
    await eventually(async () => (await openRings())[0]?.length).toBe(5);
    const [second] = await openRings();
    expect(second![0]).toEqual(first![1]);
    expect(second![3]).toEqual(first![2]);
    expect(await panel().textContent()).toContain('aucun avec les parcelles');
  });

  it('shows an overlap with its hectares while a corner is dragged into a neighbour; Ctrl+Z takes it back', async () => {
    await draw(FIELD);
    await draw([
      [1.5635, 9.8385],
      [1.5655, 9.8385],
      [1.5655, 9.842],
      [1.5635, 9.842],
    ]);
    const before = await openRings();
    const from = await pointOf(page, before[0]![0]!);
    const to = await pointOf(page, [1.559, 9.8395]);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 3 });
    await page.mouse.move(to.x, to.y, { steps: 3 });
    await pill()
      .getByText(/Chevauchement\s+\d+,\d\d/)
      .waitFor();
    await page.mouse.up();
    await panel()
      .getByText(/ha avec #1/)
      .waitFor();
    await page.keyboard.press('Control+z');
    await eventually(openRings).toEqual(before);
    await page.keyboard.press('Control+Shift+z');
    await panel()
      .getByText(/ha avec #1/)
      .waitFor();
  });

  it('says at once where an outline crosses itself, and gives it no hectares', async () => {
    await beginOutline();
    for (const i of [0, 2, 1, 3]) await clickAt(FIELD[i]!);
    await panel()
      .getByText(/se croise ou se touche/)
      .waitFor();
    expect(await panel().locator('.draw-figures-ha').textContent()).toBe('non mesurée');
  });

  it('splits into 2 drafts, merges them again, cuts a hole; 3 times Ctrl+Z leads back to the first drawing', async () => {
    await draw(FIELD);
    const before = await openRings();
    await tool('Diviser par une ligne').click();
    await clickAt([1.558, 9.836]);
    await clickAt([1.558, 9.8445]);
    await page.keyboard.press('Enter');
    await eventually(async () => (await drafts()).length).toBe(2);
    expect((await drafts()).map(({ provenance }) => provenance.kind)).toEqual(['split', 'split']);
    await tool('Fusionner avec une voisine').click();
    const other = (await drafts()).find(({ isOpen }) => !isOpen)!.geometry!.coordinates as unknown as LonLat[][];
    const middle = [0, 1].map((axis) => {
      const all = other[0]!.slice(0, -1).map((place) => place[axis as 0 | 1]);
      return all.reduce((sum, one) => sum + one, 0) / all.length;
    });
    await clickAt(middle as unknown as LonLat);
    await eventually(async () => (await drafts()).length).toBe(1);
    expect((await drafts())[0]!.provenance.kind).toBe('merged');
    await tool('Découper un trou').click();
    for (const place of [
      [1.557, 9.839],
      [1.559, 9.839],
      [1.559, 9.841],
    ] as const)
      await clickAt(place);
    await page.keyboard.press('Enter');
    await eventually(async () => (await openRings()).length).toBe(2);
    for (let i = 0; i < 10 && (await drafts())[0]!.provenance.kind !== 'drawn'; i++)
      await page.keyboard.press('Control+z');
    await eventually(async () => (await drafts()).length).toBe(1);
    await eventually(openRings).toEqual(before);
    expect(watch.faults).toEqual([]);
  });

  it('ends an outline of 2 points when another draft is opened, which gets none of them; Ctrl+Z leads back to it', async () => {
    await draw(FIELD);
    const first = (await drafts())[0]!;
    await beginOutline();
    const second: readonly LonLat[] = [
      [1.5635, 9.8385],
      [1.5655, 9.8385],
      [1.5655, 9.842],
      [1.5635, 9.842],
    ];
    for (const place of second.slice(0, 2)) await clickAt(place);
    const list = page.getByRole('region', { name: 'Brouillons sur cet appareil' });
    await list.getByRole('button', { name: /^#1/ }).click();
    await pill()
      .getByText(/Ce qui était commencé n’était pas fini/)
      .waitFor();
    await mapAtRest(page);
    expect(await drafts()).toEqual([{ ...first, isOpen: true }]);
    expect(await page.getByRole('toolbar').locator('[aria-pressed=true]').count()).toBe(1);
    await page.keyboard.press('Control+z');
    await eventually(async () => (await drafts()).map(({ isOpen }) => isOpen)).toEqual([false, true]);
    await showView(page, VIEW);
    await mapAtRest(page);
    for (const place of second.slice(2)) await clickAt(place);
    await page.keyboard.press('Enter');
    await eventually(async () => (await openRings())[0]?.length).toBe(5);
    expect((await drafts())[0]).toEqual({ ...first, isOpen: false });
    expect(watch.faults).toEqual([]);
  });

  it('draws by keyboard alone: arrows move the map, Enter sets 3 corners, Enter again finishes; hectares are read out', async () => {
    await tool('Dessiner sommet par sommet').focus();
    await page.keyboard.press('Enter');
    await page.locator('.maplibregl-canvas').first().focus();
    for (const [key, times] of [
      ['ArrowRight', 2],
      ['ArrowDown', 2],
      ['ArrowLeft', 3],
    ] as const) {
      await page.keyboard.press('Enter');
      for (let i = 0; i < times; i++) await page.keyboard.press(key);
      await mapAtRest(page);
    }
    await page.keyboard.press('Enter');
    await eventually(async () => (await openRings())[0]?.length).toBe(5);
    await page.keyboard.press('Backspace');
    await eventually(async () => (await openRings())[0]?.length).toBe(4);
    await page.keyboard.press('Control+Enter');
    await eventually(() => tool('Déplacer les sommets').getAttribute('aria-pressed')).toBe('true');
    await page
      .getByRole('status')
      .filter({ hasText: /hectares, 3 sommets/ })
      .first()
      .waitFor({ state: 'attached' });
    await page.keyboard.press('PageDown');
    await pill().getByText('Sommet choisi').waitFor();
    await page.keyboard.press('Insert');
    await eventually(async () => (await openRings())[0]?.length).toBe(5);
    await page.keyboard.press('Delete');
    await eventually(async () => (await openRings())[0]?.length).toBe(4);
  });

  it('takes corners from coordinates typed as on paper, to the last digit', async () => {
    await beginOutline();
    const field = panel().getByLabel('Latitude, longitude');
    for (const text of ['9,8401 1,5601', '9.8401, 1.5655', '9°50\'40.2"N 1°33\'55.8"E']) {
      await field.fill(text);
      await page.keyboard.press('Enter');
      await eventually(() => field.inputValue()).toBe('');
    }
    const [ring] = await openRings();
    expect(ring!.slice(0, 2)).toEqual([
      [1.5601, 9.8401],
      [1.5655, 9.8401],
    ]);
    await field.fill('quelque part');
    await page.keyboard.press('Enter');
    await panel()
      .getByText(/Coordonnées illisibles/)
      .waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'passes the audit while a parcel is drawn and when it is edited, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await beginOutline();
      for (const place of FIELD) await clickAt(place);
      const found = await auditPage(page, 'drawing');
      await page.keyboard.press('Enter');
      await panel().getByText('Sommets et leurs coordonnées').click();
      found.push(...(await auditPage(page, 'editing')));
      expect(found).toEqual([]);
    },
  );
});

describe('drawing on a phone, in French', () => {
  beforeEach(async () => {
    await watch.context.close();
    watch = await openMap(browser, viewer, VIEW, { viewport: PHONE, locale: 'fr-FR' });
    page = watch.page;
    await page.getByRole('toolbar').waitFor();
  });

  it('sets corners under the cross with one large button, which is 44 pixels high as all others are', async () => {
    await tool('Sommets').tap();
    for (const [dx, dy] of [
      [0, 0],
      [-90, 0],
      [0, 90],
    ] as const) {
      await pan(dx, dy);
      await tool('Poser un sommet ici').tap();
    }
    await eventually(async () => (await openRings())[0]?.length).toBe(4);
    const small = await page
      .locator('.draw-bar button:visible, .draw-pill button:visible')
      .evaluateAll(
        (all) =>
          all.map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width < 43.5 || height < 43.5)
            .length,
      );
    expect(small).toBe(0);
    await tool('Terminer').tap();
    await tool('Modifier').waitFor();
    expect(await auditPage(page, 'phone')).toEqual([]);
  });

  it('walks round a square of 111 m: 1 position of 60 m accuracy is left out, the hectares have their band', async () => {
    await watch.context.grantPermissions(['geolocation']);
    await watch.context.setGeolocation({ latitude: 9.84, longitude: 1.56, accuracy: 4 });
    await tool('À pied').tap();
    await pill().getByRole('button', { name: 'Démarrer' }).tap();
    await pill().getByText('± 4 m').waitFor();
    for (const [latitude, longitude, accuracy] of [
      [9.84, 1.561, 5],
      [9.8405, 1.5615, 60],
      [9.841, 1.561, 6],
      [9.841, 1.56, 5],
    ] as const) {
      await watch.context.setGeolocation({ latitude, longitude, accuracy });
      await pill().getByText(`± ${accuracy} m`).waitFor();
    }
    const fact = (name: RegExp) =>
      pill()
        .locator('div', { has: page.getByText(name) })
        .locator('dd')
        .last();
    expect(await fact(/Points retenus/).textContent()).toBe('4');
    expect(await fact(/Écartés/).textContent()).toBe('1');
    await eventually(() => pill().textContent()).toMatch(/1,21\s*ha.*± 0,\d{3} ha/);
    await watch.context.setOffline(true);
    await watch.context.setGeolocation({ latitude: 9.8405, longitude: 1.5599, accuracy: 5 });
    await eventually(() => fact(/Points retenus/).textContent()).toBe('5');
    await pill().getByRole('button', { name: 'Terminer le tour' }).tap();
    await eventually(async () => (await drafts())[0]!.provenance.kind).toBe('walked');
    expect((await openRings())[0]).toHaveLength(6);
  });

  it('says in a sentence what to do where the position is denied', async () => {
    await tool('À pied').tap();
    await watch.context.clearPermissions();
    await pill().getByRole('button', { name: 'Démarrer' }).tap();
    await pill()
      .getByText(/n’a pas le droit d’utiliser la position/)
      .waitFor();
  });
});
