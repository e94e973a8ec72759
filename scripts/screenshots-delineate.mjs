// What is done on the page Delineate before its pictures are taken: everything shown is made up.

const NEIGHBOURS = [
  { name: 'Champ de Moussa', ring: box(1.5195, 9.838, 1.5235, 9.842) },
  { name: 'Champ nord', ring: box(1.524, 9.843, 1.528, 9.846) },
];

const OUTLINE = [
  [1.5232, 9.8385],
  [1.5282, 9.838],
  [1.5288, 9.8415],
  [1.5252, 9.8425],
  [1.5228, 9.8418],
];

const FAULTY = {
  type: 'FeatureCollection',
  features: [
    feature('Champ d’Awa', box(1.5215, 9.8475, 1.525, 9.8505)),
    feature('Nœud papillon', [
      [1.53, 9.84],
      [1.533, 9.843],
      [1.533, 9.84],
      [1.53, 9.843],
      [1.53, 9.84],
    ]),
    feature('Sur la voisine', box(1.5225, 9.8395, 1.5265, 9.8425)),
    feature('Minuscule', box(1.535, 9.84, 1.5351, 9.8401)),
  ],
};

/** An outline beside a registered parcel, which it overlaps. */
export async function drawBesideNeighbours(page) {
  await registerNeighbours(page);
  await page.reload();
  await atRest(page);
  await page.getByRole('toolbar').getByRole('button', { name: 'Dessiner sommet par sommet', exact: true }).click();
  for (const [lon, lat] of OUTLINE) await clickAt(page, lon, lat);
  await page.keyboard.press('Enter');
  await page.waitForTimeout(4000);
}

/** The same on a phone: corners are set under the cross in the middle, while the map moves. */
export async function drawOnPhone(page) {
  await registerNeighbours(page);
  await page.reload();
  await atRest(page);
  const press = (name) => page.getByRole('button', { name, exact: true }).first().tap();
  await press('Sommets');
  for (const [lon, lat] of OUTLINE) {
    await page.evaluate(([a, b]) => window.__canopyMap.project(a, b), [lon, lat]).then((to) => dragTo(page, to));
    await press('Poser un sommet ici');
  }
  await press('Terminer');
  await page.waitForTimeout(4000);
}

/** Drags the map until a place of the window lies in the middle of the map. */
async function dragTo(page, [x, y]) {
  const { left, top, width, height } = await page
    .locator('#map canvas')
    .first()
    .evaluate((canvas) => {
      const box = canvas.getBoundingClientRect();
      return { left: box.left, top: box.top, width: box.width, height: box.height };
    });
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(left + width / 2, top + height / 2, { steps: 4 });
  await page.waitForTimeout(300);
  await page.mouse.up();
  await page.waitForTimeout(500);
}

/** A file with faults, its report open at the outline that crosses itself. */
export async function dropFaultyFile(page) {
  await registerNeighbours(page);
  await page.reload();
  await atRest(page);
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'terres.geojson'));
    return transfer;
  }, JSON.stringify(FAULTY));
  const map = page.locator('#map');
  await map.dispatchEvent('dragenter', { dataTransfer: data });
  await map.dispatchEvent('dragover', { dataTransfer: data });
  await map.dispatchEvent('drop', { dataTransfer: data });
  const row = page.locator('.reg-import-row', { hasText: 'Nœud papillon' });
  await row.waitFor({ timeout: 60_000 });
  await row.getByRole('button', { name: /^Pourquoi/ }).click();
  await page.waitForTimeout(3000);
}

/** Somebody else moves a parcel while it is edited here. */
export async function meetConflict(page) {
  const [parcel] = await registerNeighbours(page);
  await page.reload();
  await atRest(page);
  await page.locator(`[data-register-parcel="${parcel.id}"]`).getByRole('button').click();
  await page.getByRole('button', { name: 'Modifier', exact: true }).click();
  await page.locator('.reg-form').waitFor();
  await page.evaluate(moveParcel, parcel);
  await page.getByRole('textbox', { name: /^Nom/ }).fill('Champ de Moussa et Awa');
  const handIn = page.locator('.reg-hand-in');
  await handIn.getByLabel('Votre nom').fill('Awa');
  await handIn.getByLabel('Motif').fill('Le nom du village');
  await page.getByRole('button', { name: 'Déposer', exact: true }).click();
  await page.locator('.reg-conflict').waitFor({ timeout: 60_000 });
  await page.waitForTimeout(3000);
}

/** Answers the neighbours as the register has them; they are made once. */
async function registerNeighbours(page) {
  const wanted = NEIGHBOURS.map(({ name, ring }, at) => ({
    geometry: { type: 'Polygon', coordinates: [ring] },
    ...said(name),
    draftId: `picture-${at}`,
    id: null,
    regionId: 'copargo',
  }));
  return page.evaluate(async (parcels) => {
    const there = (await (await fetch('/api/register/parcels')).json()).parcels;
    if (there.length > 0) return there;
    const made = [];
    for (const parcel of parcels) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('/api/register/parcels', { method: 'POST', headers, body: JSON.stringify(parcel) });
      if (!answer.ok) throw new Error(await answer.text());
      made.push(await answer.json());
    }
    return made;
  }, wanted);
}

/** Runs in the page. */
async function moveParcel({ id }) {
  const now = await (await fetch(`/api/register/parcels/${id}`)).json();
  const coordinates = now.geometry.coordinates.map((ring) => ring.map(([x, y]) => [x + 0.0006, y - 0.0005]));
  const { attributes, version } = now;
  const provenance = { kind: 'drawn', file: null, from: [], mends: [] };
  const body = {
    geometry: { ...now.geometry, coordinates },
    attributes: { ...attributes, name: 'Champ du sud' },
    author: 'Inès',
    reason: 'Bornes relevées au GPS',
    provenance,
  };
  await fetch(`/api/register/parcels/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-match': `"${version}"` },
    body: JSON.stringify(body),
  });
}

async function atRest(page) {
  await page.waitForFunction(() => window.__canopyMap !== undefined);
  await page.evaluate(() => window.__canopyMap.idle(120_000));
}

async function clickAt(page, lon, lat) {
  const [x, y] = await page.evaluate(([a, b]) => window.__canopyMap.project(a, b), [lon, lat]);
  await page.mouse.move(x - 3, y);
  await page.mouse.move(x, y);
  await page.mouse.click(x, y);
  // A second click within the system's double-click time would finish.
  await page.waitForTimeout(400);
}

function box(west, south, east, north) {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

function said(name) {
  const attributes = { name, intervention: 'planting', startDate: '2025-06-01', tenure: 'Acte 7' };
  return {
    attributes: { ...attributes, consent: null, statedHa: null, more: {} },
    author: 'Inès',
    reason: 'Levé du service foncier',
    provenance: { kind: 'drawn', file: null, from: [], mends: [] },
  };
}

function feature(name, ring) {
  const properties = { name, intervention: 'planting', start_date: '2025-06-01', tenure: 'Acte 12' };
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } };
}
