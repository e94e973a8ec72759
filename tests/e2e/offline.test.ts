import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, type PageWatch } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { OtherClient } from './register-client.ts';
import { copyResults } from './results-copy.ts';
import { eventually, goToView, PREPARE_MS, pointOf, serveViewer, type Viewer } from './viewer-page.ts';

const VIEW = '?page=delineate&lang=fr&at=9.842,1.5235,15.2';
const MAP_MS = 60_000;

let folder: string;
let results: string;
let viewer: Viewer;
let browser: Browser;
let watch: PageWatch;
let page: Page;
let parcelId: string;

beforeAll(async () => {
  const demo = await demoResults();
  folder = mkdtempSync(join(tmpdir(), 'canopy-offline-'));
  results = join(folder, 'results');
  copyResults(demo.results, results, { withPlan: true });
  [viewer, browser] = await Promise.all([serveViewer(results), openBrowser()]);
  parcelId = (await new OtherClient(viewer).add('Champ nord', [1.52, 9.84, 1.523, 9.843])).id;
  watch = await openPage(browser, viewer.url + VIEW, { locale: 'fr-FR', viewport: { width: 1280, height: 720 } });
  page = watch.page;
  page.setDefaultTimeout(MAP_MS);
  await mapThere();
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const listed = () => page.locator(`[data-register-parcel="${parcelId}"]`);
const banner = () => page.locator('.shell-banner', { hasText: 'Pas de connexion' });

const mapThere = () => page.waitForFunction(() => window.__canopyMap !== undefined);

/** Opens the parcel for editing, names it anew and hands it in. */
async function rename(name: string, reason: string): Promise<void> {
  await listed().getByRole('button').click();
  await page.getByRole('button', { name: 'Modifier', exact: true }).click();
  await page.getByRole('textbox', { name: /^Nom/ }).fill(name);
  const handIn = page.locator('.reg-hand-in');
  await handIn.getByLabel('Votre nom').fill('Awa');
  await handIn.getByLabel('Motif').fill(reason);
  await page.getByRole('button', { name: 'Déposer', exact: true }).click();
}

describe('a pack of the place in view', () => {
  it('tells its size before it is fetched, and stands in the list afterwards', async () => {
    await listed().waitFor();
    await page.getByRole('button', { name: 'Hors connexion' }).click();
    await page.getByText('Cette page s’ouvre sans connexion').waitFor();
    await page.getByRole('button', { name: 'Quelle taille ferait-il' }).click();
    const offer = page.locator('.reg-offer');
    await offer.waitFor();
    expect(await offer.textContent()).toMatch(/[\d,]+\s(ko|Mo) en \d+ fichiers/);
    await page.getByRole('button', { name: /^Télécharger/ }).click();
    await page.locator('.reg-row', { hasText: 'Copargo' }).waitFor();
    await page.locator('.reg-sending').waitFor({ state: 'detached' });
    await eventually(() => page.getByText('interrompu').count()).toBe(0);
    await page.getByRole('button', { name: 'Retour au registre' }).click();
  });
});

describe('without the server', () => {
  it('a parcel is edited and waits on the device to be handed in', async () => {
    await viewer.kill();
    await banner().waitFor();
    await rename('Champ nord de Moussa', 'Le nom du village');
    await page.locator('.reg-waiting', { hasText: '1 brouillon attend' }).waitFor();
  });

  it('the page starts again with its map, its parcel and the 1 draft', async () => {
    await page.reload();
    await mapThere();
    await banner().waitFor();
    await page.locator('.reg-waiting', { hasText: '1 brouillon attend' }).waitFor();
    await eventually(() => listed().textContent()).toContain('Champ nord');
    expect(await page.locator('.reg-drafts').textContent()).toContain('Champ nord de Moussa');
    expect(await page.locator('.shell-header h1').textContent()).toContain('Demo twin');
  });

  it('a new parcel is checked on the device against the one that is known', async () => {
    await page.getByRole('button', { name: 'Nouvelle parcelle' }).first().click();
    await page.locator('.draw-panel').waitFor();
    await goToView(page, VIEW);
    // The column that opened makes the map narrower.
    await page.waitForTimeout(2000);
    for (const place of [
      [1.5222, 9.8412],
      [1.5248, 9.8412],
      [1.5248, 9.8424],
      [1.5222, 9.8424],
    ] as const) {
      const { x, y } = await pointOf(page, place);
      await page.mouse.move(x - 3, y);
      await page.mouse.click(x, y);
      // A second click within the system's double-click time would finish.
      await page.waitForTimeout(400);
    }
    await page.keyboard.press('Enter');
    await page.getByText('vérifié sur cet appareil').waitFor();
    await page.locator('.reg-finding').first().waitFor();
    await page.locator('.draw-panel').getByRole('button', { name: 'Supprimer le brouillon' }).click();
  });
});

describe('with the server back', () => {
  it('the draft is handed in by itself: version 2, and none waits', async () => {
    viewer = await serveViewer(results, viewer.port);
    await page.locator('.reg-taken', { hasText: 'version 2' }).waitFor();
    await page.locator('.reg-waiting').waitFor({ state: 'detached' });
    await banner().waitFor({ state: 'detached' });
    const parcel = await new OtherClient(viewer).parcel(parcelId);
    expect(parcel).toMatchObject({ version: 2, author: 'Awa', attributes: { name: 'Champ nord de Moussa' } });
    await eventually(() => page.locator('.reg-draft').count()).toBe(0);
  });

  it('a change that somebody else was faster with comes up as a conflict once there is a connection', async () => {
    await viewer.kill();
    await banner().waitFor();
    await rename('Champ de la source', 'Autre nom');
    await page.locator('.reg-waiting').waitFor();
    // The other one works while this browser has no network.
    await watch.context.setOffline(true);
    viewer = await serveViewer(results, viewer.port);
    await new OtherClient(viewer).move(parcelId, 0.0005, 'Champ du nord');
    await watch.context.setOffline(false);
    const conflict = page.locator('.reg-conflict');
    await conflict.getByText('Inès a fait la version 3').waitFor();
    await page.getByRole('button', { name: 'Garder la leur' }).click();
    await page.getByRole('button', { name: 'Oui, supprimer mon brouillon' }).click();
    await conflict.waitFor({ state: 'detached' });
    await eventually(() => listed().textContent()).toContain('Champ du nord');
  });
});

/** Writes into a field at a moment that two pages share. */
function typeAt(field: Locator, text: string, atMs: number): Promise<void> {
  return field.evaluate(
    (input, { words, moment }) =>
      new Promise<void>((done) => {
        setTimeout(() => {
          // As typing does it: past what React has put on the element.
          Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, words);
          input.dispatchEvent(new Event('input', { bubbles: true }));
          done();
        }, moment - Date.now());
      }),
    { words: text, moment: atMs },
  );
}

describe('a draft in 2 tabs', () => {
  it('is the same in both; what both change at once is kept twice', async () => {
    await listed().getByRole('button').click();
    await page.getByRole('button', { name: 'Modifier', exact: true }).click();
    await page.locator('.reg-form').waitFor();
    const second = await watch.context.newPage();
    await second.goto(viewer.url + VIEW);
    await second.locator('.reg-drafts .reg-row-main').first().click();
    const name = (tab: Page) => tab.getByRole('textbox', { name: /^Nom/ });
    await name(second).fill('Un');
    await eventually(() => name(page).inputValue()).toBe('Un');
    const atMs = Date.now() + 2000;
    await Promise.all([typeAt(name(page), 'Deux', atMs), typeAt(name(second), 'Trois', atMs)]);
    for (const tab of [page, second]) {
      for (const word of ['Deux', 'Trois'])
        await eventually(() => tab.locator('.reg-drafts').textContent(), 30_000).toContain(word);
    }
    await second.close();
  });
});
