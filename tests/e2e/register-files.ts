/** Files as officers bring them, each with faults that a report has to name; and how they reach the page. */
import type { Page } from 'playwright-core';
import type { GeoJsonGeometry } from '../../shared/api.ts';

type Position = readonly [number, number];

const square = (x: number, y: number, side = 0.003): Position[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
];

function feature(name: string, ring: readonly Position[], more: object = {}): object {
  const properties = { name, intervention: 'planting', start_date: '2025-06-01', tenure: 'Acte 12', ...more };
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } };
}

/** One that is right, a bow-tie, one with a spike (its name is markup), one of 121 m², and a point. */
export function faultyGeoJson(): string {
  const [x, y] = [1.54, 9.84];
  return JSON.stringify({
    type: 'FeatureCollection',
    features: [
      feature('Champ nord', square(1.52, y)),
      feature('Nœud papillon', [
        [1.53, y],
        [1.533, y + 0.003],
        [1.533, y],
        [1.53, y + 0.003],
        [1.53, y],
      ]),
      feature('<img src=x onerror="window.__xss=1">', [
        [x, y],
        [x + 0.003, y],
        [x + 0.003, y + 0.0015],
        [x + 0.006, y + 0.00151],
        [x + 0.003, y + 0.00152],
        [x + 0.003, y + 0.003],
        [x, y + 0.003],
        [x, y],
      ]),
      feature('Minuscule', square(1.55, y, 0.0001)),
      { type: 'Feature', properties: { name: 'Point seul' }, geometry: { type: 'Point', coordinates: [1.53, 9.85] } },
    ],
  });
}

/** Bow-ties by their names, one beside the other on this latitude. */
export function bowTies(lat: number, names: readonly string[]): string {
  const features = names.map((name, at) => {
    const [[x, y], [east], [, north]] = square(1.56 + at * 0.005, lat) as [Position, Position, Position];
    return feature(name, [
      [x, y],
      [east, north],
      [east, y],
      [x, north],
      [x, y],
    ]);
  });
  return JSON.stringify({ type: 'FeatureCollection', features });
}

/** A field as a phone draws it, and one whose ring is not closed. */
export const OPEN_KML = `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>Champ de Moussa</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
1.522,9.848,0 1.526,9.848,0 1.526,9.851,0 1.522,9.851,0 1.522,9.848,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>Champ ouvert</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
1.532,9.848,0 1.536,9.848,0 1.536,9.851,0 1.532,9.851,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Document></kml>`;

/** A field of 3 by 3 thousandths of a degree in the demo's sink. */
export function fieldIn(x: number, y: number): GeoJsonGeometry {
  return { type: 'Polygon', coordinates: [square(x, y)] };
}

/** Drags a file over the map and lets go, as a mouse does; `see` looks at the page in between. */
export async function dropFile(
  page: Page,
  name: string,
  content: string | Uint8Array,
  see?: () => Promise<void>,
): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, base64]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      transfer.items.add(new File([bytes], fileName));
      return transfer;
    },
    [name, Buffer.from(content).toString('base64')] as const,
  );
  const map = page.locator('#map');
  // The part that takes files comes after the map; before it is there nobody notices a drag.
  for (let tries = 0; tries < 100 && (await page.locator('.reg-drop').count()) === 0; tries++) {
    await map.dispatchEvent('dragenter', { dataTransfer: data });
    await page.waitForTimeout(50);
  }
  await see?.();
  await map.dispatchEvent('dragover', { dataTransfer: data });
  await map.dispatchEvent('drop', { dataTransfer: data });
}

/** Two areas in the form of `canopy suggest`, the more promising one of 10 to 12 ha. */
export function suggestionsGeoJson(): string {
  const area = (rank: number, ring: readonly Position[], intervention: string) => {
    const id = `S-000${rank}`;
    const potential = { potential_passive: 0.4 / rank, potential_planting: 0.71 / rank };
    const properties = { id, name: `Suggestion ${rank}`, rank, intervention, ha: 12 - rank, ...potential, years: 3 };
    const more = { tree_cover_pct: 4.2, distance_to_trees_m: 55, exclusions: 'water', exclusions_not_known: 'none' };
    return {
      type: 'Feature',
      id,
      properties: { ...properties, ...more, synthetic: true },
      geometry: { type: 'Polygon', coordinates: [ring] },
    };
  };
  const features = [area(1, square(1.55, 9.85), 'planting'), area(2, square(1.556, 9.85), 'natural-regeneration')];
  return JSON.stringify({ type: 'FeatureCollection', name: 'suggestions', features });
}
