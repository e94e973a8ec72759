import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type PageWatch, PHONE } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { cornersInMetres, geojsonInMetres, makeGeopackage } from '../parcel-questions.ts';
import { auditPage } from './audit.ts';
import { OtherClient } from './register-client.ts';
import { bowTies, dropFile, faultyGeoJson, fieldIn, OPEN_KML, suggestionsGeoJson } from './register-files.ts';
import { copyResults } from './results-copy.ts';
import {
  type Colour,
  coloursAt,
  distance,
  eventually,
  mapAtRest,
  openMap,
  PREPARE_MS,
  serveViewer,
  type Viewer,
} from './viewer-page.ts';

/** Colours of the outlines in a conflict, as `shape-paint.ts` has them. */
const MINE: Colour = [0, 114, 178];
const THEIRS: Colour = [213, 94, 0];

let folder: string;
let viewer: Viewer;
let browser: Browser;
let watch: PageWatch;
let other: OtherClient;

beforeAll(async () => {
  const { results } = await demoResults();
  folder = mkdtempSync(join(tmpdir(), 'canopy-register-'));
  copyResults(results, join(folder, 'results'), { withPlan: true });
  writeFileSync(join(folder, 'results-suggestions.geojson'), suggestionsGeoJson());
  [viewer, browser] = await Promise.all([serveViewer(join(folder, 'results')), openBrowser()]);
  other = new OtherClient(viewer);
  // Its first question opens the register, which takes a busy machine longer than a page waits.
  await other.parcels();
  watch = await openMap(browser, viewer, '?page=delineate&lang=fr', { locale: 'fr-FR' });
}, PREPARE_MS);

afterAll(async () => {
  await browser?.close();
  await viewer?.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const row = (name: string) => watch.page.locator('.reg-import-row', { hasText: name });
const listed = (id: string) => watch.page.locator(`[data-register-parcel="${id}"]`);
/** The browser says of its own accord that an answer was 412. */
const ofOurs = () => watch.faults.filter((fault) => !/status of 4(12|22)/.test(fault));

describe('a GeoJSON with 4 faults, dropped on the map', () => {
  it('shows the whole map as the place to drop it, and answers with a report in French', async () => {
    const { page } = watch;
    await dropFile(page, 'terres.geojson', faultyGeoJson(), async () => {
      await page.locator('.reg-drop', { hasText: 'Déposez le fichier ici' }).waitFor();
    });
    await row('Champ nord').waitFor({ timeout: PREPARE_MS });
    expect(await page.locator('.reg-drop').count()).toBe(0);
    const chips = await page.locator('.reg-report .panel-chip').allTextContents();
    expect(chips.map((text) => text.trim())).toEqual(['Acceptable1', 'À regarder1', 'Corrigeable1', 'Refusée2']);
    await row('Minuscule')
      .getByRole('button', { name: /^Pourquoi/ })
      .click();
    expect(await row('Minuscule').textContent()).toContain(
      'La parcelle fait 121\u00a0m²\u00a0; il faut au moins 0,05 ha.',
    );
    await row('Point seul')
      .getByRole('button', { name: /^Pourquoi/ })
      .click();
    expect(await row('Point seul').textContent()).toContain('Le contour est de type Point');
    expect(await auditPage(page, 'import')).toEqual([]);
  });

  it('lists only the 2 refused ones when asked to, and names are text: 0 pictures from a name', async () => {
    const { page } = watch;
    const chip = page.locator('.reg-report .panel-chip', { hasText: 'Refusée' });
    await chip.click();
    await eventually(() => page.locator('.reg-import-row').count()).toBe(2);
    await chip.click();
    await eventually(() => page.locator('.reg-import-row').count()).toBe(5);
    expect(await row('<img src=x').locator('img').count()).toBe(0);
    expect(await page.evaluate(() => '__xss' in window)).toBe(false);
  });

  it('proposes to mend the bow-tie with 5,46 ha afterwards, and changes nothing before a person accepts', async () => {
    const bowTie = row('Nœud papillon');
    await bowTie.getByRole('button', { name: /^Pourquoi/ }).click();
    expect(await bowTie.textContent()).toContain('Le contour se croise ici');
    expect(await bowTie.locator('.reg-proposal-ha').textContent()).toBe('non mesurable → 5,46\u00a0ha');
    expect(await bowTie.getByRole('checkbox').isDisabled()).toBe(true);
    await bowTie.getByRole('button', { name: /^Accepter/ }).click();
    await bowTie.getByText('Corrigée', { exact: true }).waitFor();
    expect(await bowTie.getByRole('checkbox').isChecked()).toBe(true);
  });

  it('registers the 2 chosen parcels together, with author, reason and where they are from', async () => {
    const { page } = watch;
    await page.getByLabel('Votre nom').fill('Awa');
    await page.getByLabel('Motif').fill('Levé du service foncier');
    await page.getByRole('button', { name: 'Enregistrer 2 parcelles' }).click();
    await page.getByText('2 parcelles sont enregistrées').waitFor();
    const { parcels } = await other.parcels();
    expect(parcels.map(({ attributes }) => attributes.name).sort()).toEqual(['Champ nord', 'Nœud papillon']);
    const mended = parcels.find(({ attributes }) => attributes.name === 'Nœud papillon')!;
    expect(mended).toMatchObject({ author: 'Awa', reason: 'Levé du service foncier', version: 1 });
    expect(mended.provenance.file).toMatchObject({ name: 'terres.geojson', format: 'geojson', place: 'feature 2' });
    expect(mended.provenance.mends).toMatchObject([{ rule: 'self-crossing', kind: 'make-valid', haBefore: null }]);
  });
});

describe('a KML with a ring that is not closed', () => {
  it('is mended and registered as a whole: 2 of 2', async () => {
    const { page } = watch;
    await dropFile(page, 'champs.kml', OPEN_KML);
    await row('Champ ouvert').waitFor();
    expect(await row('Champ ouvert').locator('.reg-verdict').textContent()).toBe('Corrigeable');
    await page.getByRole('button', { name: 'Accepter la proposition', exact: true }).click();
    await row('Champ ouvert').getByText('Corrigée', { exact: true }).waitFor();
    for (const name of ['Champ de Moussa', 'Champ ouvert']) {
      const box = row(name).getByRole('checkbox');
      if (!(await box.isChecked())) await row(name).locator('.reg-check').click();
    }
    await page.getByLabel('Motif').fill('Tracé au téléphone');
    await page.getByRole('button', { name: 'Enregistrer 2 parcelles' }).click();
    await page.getByText('2 parcelles sont enregistrées').waitFor();
    await page.getByRole('button', { name: 'Retour au registre' }).click();
    await eventually(() => page.locator('[data-register-parcel]').count()).toBe(4);
  });
});

describe('a file that does not say all', () => {
  it('is asked for its CRS: a wrong answer sends 0 files, EPSG:32631 reads 2 parcels, in a column that was closed', async () => {
    const { page } = watch;
    const sent: string[] = [];
    const note = (request: { url(): string }) =>
      request.url().includes('/register/import?') && sent.push(request.url());
    page.on('request', note);
    await page.getByRole('button', { name: 'Masquer le tableau des parcelles' }).click();
    await eventually(() => page.locator('#register').count()).toBe(0);
    const parcels = { 'Borne est': fieldIn(1.56, 9.86), 'Borne ouest': fieldIn(1.565, 9.86) };
    await dropFile(page, 'bornes.csv', cornersInMetres('EPSG:32631', parcels));
    const field = page.getByRole('textbox', { name: 'Système de coordonnées (EPSG)' });
    await field.fill('fuseau 31');
    const read = page.getByRole('button', { name: 'Lire le fichier dans ce système' });
    await read.click();
    await page.getByText('Il faut un code').waitFor();
    expect(sent.length).toBe(1);
    expect(await auditPage(page, 'import-crs')).toEqual([]);
    await page.getByRole('button', { name: /^EPSG:32631/ }).click();
    expect(await field.inputValue()).toBe('EPSG:32631');
    await read.click();
    await row('Borne est').waitFor();
    expect(await page.locator('.reg-import-row').count()).toBe(2);
    expect(await page.locator('.reg-read-as').textContent()).toContain('Lu en EPSG:32631, comme vous l’avez dit.');
    expect(sent.map((address) => new URL(address).searchParams.get('crs'))).toEqual([null, 'EPSG:32631']);
    page.off('request', note);
  });

  it('is asked which of its 2 layers is meant, and read from that one', async () => {
    const { page } = watch;
    const layers = { pistes: fieldIn(1.57, 9.86), 'parcelles 2025': fieldIn(1.575, 9.86) };
    await dropFile(page, 'terroir.gpkg', await makeGeopackage(layers));
    await page.getByRole('button', { name: /Couche des parcelles/ }).click();
    const options = page.getByRole('option');
    await eventually(() => options.allTextContents()).toEqual(['pistes', 'parcelles 2025']);
    await options.nth(1).click();
    await page.getByRole('button', { name: 'Lire cette couche' }).click();
    await row('parcelles 2025').waitFor();
    expect(await page.locator('.reg-import-row').count()).toBe(1);
    await page.getByText('Lu dans la couche parcelles 2025').waitFor();
    await page.getByRole('button', { name: 'Retour au registre' }).click();
  });
});

describe('a GeoJSON in metres', () => {
  it('is asked for its CRS at the head of its report, and its 1 parcel then lies where it is', async () => {
    const { page } = watch;
    await dropFile(page, 'metres.geojson', geojsonInMetres('EPSG:32631', { Borne: fieldIn(1.56, 9.86) }));
    await page.getByText('Des lignes de ce fichier ne sont pas en degrés').waitFor();
    expect(await row('Borne').locator('.reg-verdict').textContent()).toBe('Refusée');
    await page.getByRole('button', { name: /^EPSG:32631/ }).click();
    await page.getByRole('button', { name: 'Lire le fichier dans ce système' }).click();
    await page.getByText('Lu en EPSG:32631, comme vous l’avez dit.').waitFor();
    expect(await row('Borne').locator('.reg-verdict').textContent()).toBe('À regarder');
  });
});

describe('a file that is dropped while 2 mends of the one before it are being checked', () => {
  it('keeps its own 2 outlines: what was accepted before goes nowhere', async () => {
    const { page } = watch;
    let letThrough = () => {};
    const held = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    // A check that the page gave up cannot go on.
    await page.route('**/api/register/check', (route) => held.then(() => route.continue()).catch(() => {}));
    await dropFile(page, 'premier.geojson', bowTies(9.86, ['Premier A', 'Premier B']));
    const acceptBoth = page.getByRole('button', { name: 'Accepter les 2 propositions' });
    await Promise.all([page.waitForRequest('**/api/register/check'), acceptBoth.click()]);
    await dropFile(page, 'second.geojson', bowTies(9.866, ['Second A', 'Second B']));
    await row('Second A').waitFor();
    letThrough();
    await page.waitForTimeout(1000);
    const verdicts = page.locator('.reg-import-row .reg-verdict');
    expect(await verdicts.allTextContents()).toEqual(['Corrigeable', 'Corrigeable']);
    await acceptBoth.click();
    await eventually(() => verdicts.allTextContents()).toEqual(['Corrigée', 'Corrigée']);
    await page.unroute('**/api/register/check');
    await page.getByRole('button', { name: 'Retour au registre' }).click();
  });
});

describe('a file dropped on the map of results, on a phone of 390 × 844', () => {
  it('opens the sheet of the register with the report', async () => {
    // A server takes 10 files a minute, which the tests before have sent to theirs.
    const results = join(folder, 'phone');
    copyResults(join(folder, 'results'), results, { withPlan: true });
    const own = await serveViewer(results);
    const phone = await openMap(browser, own, '?lang=fr', { viewport: PHONE });
    await dropFile(phone.page, 'champs.csv', cornersInMetres('EPSG:32631', { Champ: fieldIn(1.58, 9.86) }));
    await phone.page.locator('#register').getByRole('textbox', { name: 'Système de coordonnées (EPSG)' }).waitFor();
    await phone.page.getByRole('button', { name: /^EPSG:32631/ }).tap();
    await phone.page.getByRole('button', { name: 'Lire le fichier dans ce système' }).tap();
    await phone.page.locator('#register .reg-import-row', { hasText: 'Champ' }).waitFor();
    expect(phone.faults.filter((fault) => !/status of 422/.test(fault))).toEqual([]);
    await phone.page.close();
    await own.kill();
  });
});

describe('two people and one parcel', () => {
  it('meet: both outlines and their start on the map, hectares of the difference, names side by side', async () => {
    const { page } = watch;
    const [id] = (await other.parcels()).parcels
      .filter(({ attributes }) => attributes.name === 'Champ nord')
      .map((one) => one.id);
    await listed(id!).getByRole('button').click();
    await page.getByRole('button', { name: 'Modifier', exact: true }).click();
    await page.locator('.reg-form').waitFor();
    await other.move(id!, 0.0006, 'Champ du nord');
    await page.getByRole('textbox', { name: /^Nom/ }).fill('Champ nord de Moussa');
    await page.locator('.reg-hand-in').getByLabel('Motif').fill('Le nom du village');
    await page.getByRole('button', { name: 'Déposer', exact: true }).click();
    const conflict = page.locator('.reg-conflict');
    await conflict.getByText('Inès a fait la version 2').waitFor();
    const text = (await conflict.textContent())!;
    for (const words of ['Seulement dans la vôtre', '2,18\u00a0ha', 'Champ du nord', 'Champ nord de Moussa'])
      expect(text).toContain(words);
    await mapAtRest(page);
    const along = (lon: number) => Array.from({ length: 24 }, (_, k) => [lon, 9.8403 + k * 0.0001] as const);
    const nearest = async (lon: number, colour: Colour) =>
      Math.min(...(await coloursAt(page, along(lon))).map((one) => distance(one, colour)));
    await eventually(() => nearest(1.5236, THEIRS)).toBeLessThan(40);
    expect(await nearest(1.52, MINE)).toBeLessThan(40);
    expect(await auditPage(page, 'conflict')).toEqual([]);
  });

  it('and the one who was slower puts hers on top: version 3, with the other one in the history', async () => {
    const { page } = watch;
    await page.getByRole('button', { name: 'Mettre la mienne par-dessus' }).click();
    await page.locator('.reg-taken', { hasText: 'version 3' }).waitFor();
    const versions = page.locator('.reg-version');
    await eventually(() => versions.count()).toBe(3);
    expect(await versions.nth(0).textContent()).toContain('Le nom du village');
    expect(await versions.nth(1).textContent()).toContain('Bornes relevées au GPS');
    await versions
      .nth(1)
      .getByRole('button', { name: /^Contour sur la carte/ })
      .click();
    const [parcel] = (await other.parcels()).parcels.filter(({ version }) => version === 3);
    expect(parcel).toMatchObject({ author: 'Awa', attributes: { name: 'Champ nord de Moussa' } });
  });

  it('withdraw with a reason: 3 of 4 are left in the list', async () => {
    const { page } = watch;
    await page.getByRole('button', { name: 'Retirer', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Motif').fill('Vendue');
    await dialog.getByRole('button', { name: 'Retirer', exact: true }).click();
    await eventually(() => page.locator('[data-register-parcel]').count()).toBe(3);
  });
});

describe('the register as a file', () => {
  it('leaves personal data out unless asked for, and says what a shapefile cannot carry', async () => {
    const { page } = watch;
    await page.locator('.reg-head').getByRole('button', { name: 'Exporter' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Shapefile (en zip)').click();
    expect(await dialog.getByRole('switch', { name: /droit foncier/ }).isChecked()).toBe(false);
    await dialog.getByRole('button', { name: 'Créer le fichier' }).click();
    await dialog.getByText(/3 parcelles/).waitFor();
    expect(await dialog.locator('.reg-made li').count()).toBeGreaterThan(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Télécharger' }).first().click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.zip$/);
    await page.keyboard.press('Escape');
  });
});

describe('suggested areas', () => {
  it('are 2 on the map; the first is taken over as a draft that says where it is from', async () => {
    const { page } = watch;
    const suggested = page.getByRole('region', { name: 'Zones suggérées' });
    await suggested.getByText('Zones suggérées', { exact: true }).click();
    await suggested.getByText('2 zones, 21,00\u00a0ha').waitFor();
    await suggested.getByText('Les plus prometteuses').click();
    await suggested.getByRole('button', { name: /^S-0001/ }).click();
    const facts = (await suggested.locator('.reg-candidate').textContent())!;
    for (const words of ['Rang 1 sur 2', '71 sur 100', 'pas un relevé', 'images générées'])
      expect(facts).toContain(words);
    expect(await auditPage(page, 'suggestions')).toEqual([]);
    await suggested.getByRole('button', { name: 'Reprendre dans un brouillon' }).click();
    const [draft] = (await page.evaluate(() => window.__canopyDrafts!())).filter(({ isOpen }) => isOpen);
    expect(draft!.provenance.kind).toBe('suggested');
    expect((draft!.geometry!.coordinates as number[][][])[0]![0]).toEqual([1.55, 9.85]);
    await page.locator('.reg-hand-in').getByLabel('Motif').waitFor();
    expect(await page.locator('.reg-hand-in').getByLabel('Motif').inputValue()).toContain('S-0001');
  });
});

describe('the page', () => {
  it('ends with 0 faults', () => {
    expect(ofOurs()).toEqual([]);
    expect(watch.strangers).toEqual([]);
  });
});
