import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPixels } from '../pipeline/cog/block.ts';
import { writeCog } from '../pipeline/cog/write.ts';
import { LAYER_FORMS, type LayerPeriod } from '../pipeline/layer-forms.ts';
import { footprintOf } from '../pipeline/run/footprint.ts';
import { type OutputFile, writeExports } from '../pipeline/store/exports.ts';
import { sha256OfBytes } from '../pipeline/store/files.ts';
import { buildRunRecord, formatRunRecord } from '../pipeline/store/run-record.ts';
import { buildLayerItem, formatItem } from '../pipeline/store/stac-item.ts';
import { YEAR_CLASS } from '../shared/change.ts';
import type { LayerKind, ParcelResult } from '../shared/result.ts';
import {
  controlShape,
  DAY_MS,
  DAYS,
  datesOf,
  GRID,
  LOSS_1,
  observationsOf,
  PERIODS,
  PLANTED,
  type Planted,
  parcelOf,
  placeOf,
  resultOf,
  SIDE,
  sceneOf,
  tablesOf,
  YEARS,
} from './change-planted.ts';

/** Writes the results into a folder and answers it. `withChange` false: those of a run before change was judged. */
export async function makeChangeResults(
  out: string,
  { withChange = true }: { withChange?: boolean } = {},
): Promise<string> {
  mkdirSync(join(out, 'layers'), { recursive: true });
  const provenance = { attribution: ['contains modified Copernicus Sentinel data 2016'], synthetic: true };
  const parcels = PLANTED.map((_, index) => parcelOf(index));
  const observations = PLANTED.flatMap((planted, index) => observationsOf(planted, index));
  const results = PLANTED.map((planted): ParcelResult => resultOf(planted, withChange));
  const tables = withChange ? tablesOf(observations) : null;
  const controlAreas = withChange ? Array.from({ length: LOSS_1.controls }, (_, i) => controlShape(i)) : [];
  const files = await writeExports(out, { observations, results, parcels, provenance, change: tables, controlAreas });
  const layers: OutputFile[] = [];
  for (const layer of layersOf(withChange)) layers.push(...(await writeLayer(out, layer, provenance)));
  const record = buildRunRecord({
    id: 'c0ffee'.repeat(10),
    plan: '0'.repeat(40),
    project: { id: 'change', name: 'Twin with change' },
    ...provenance,
    versions: { canopy: '0.1.0' },
    parameters: {
      ...PERIODS,
      seasonMonths: null,
      minClear: 3,
      lossThreshold: -0.15,
      gainThreshold: 0.15,
      ndviSoil: 0.1,
      ndviVegetation: 0.8,
      change: withChange ? { breaks: { order: 1, trend: false, history: 'all', h: 0.25, level: 0.05 }, seed: 1 } : null,
    },
    inputs: [],
    scenes: { used: DAYS.map(sceneOf), superseded: [], refused: [] },
    parcels: { measured: PLANTED.length, refused: [] },
    unitsLeftOut: [],
    warnings: [],
    outputs: [...files, ...layers],
  });
  writeFileSync(join(out, 'run.json'), formatRunRecord(record));
  return out;
}

interface PlantedLayer {
  readonly kind: LayerKind;
  readonly period: LayerPeriod;
  /** Stored number of a cell of a parcel, of another cell where it is null; null: nodata. */
  readonly stored: (planted: Planted | null, col: number, row: number) => number | null;
}

const dayNumber = (day: string | null | undefined) => (day ? Date.parse(day) / DAY_MS : null);

/** Stored numbers of the layers; those of days and classes are known parcel by parcel. */
function layersOf(withChange: boolean): PlantedLayer[] {
  const plain: PlantedLayer[] = [
    { kind: 'ndvi', period: 'baseline', stored: (_, col, row) => 4500 + 20 * ((col * 7 + row * 3) % 40) },
    {
      kind: 'ndvi',
      period: 'period',
      stored: (one, col, row) => 4500 + 20 * ((col * 7 + row * 3) % 40) + 4000 * (one?.step ?? 0),
    },
  ];
  if (!withChange) return plain;
  const onlyChanged = (figure: (one: Planted) => number | null) => (one: Planted | null) =>
    one?.change.confidence ? figure(one) : null;
  return [
    ...plain,
    { kind: 'break-date', period: 'period', stored: onlyChanged((one) => dayNumber(datesOf(one).before)) },
    { kind: 'recovery-date', period: 'period', stored: onlyChanged((one) => dayNumber(datesOf(one).recoveredOn)) },
    {
      kind: 'break-magnitude',
      period: 'period',
      stored: onlyChanged((one) => Math.round(1e4 * one.change.magnitude!)),
    },
    { kind: 'history-count', period: 'period', stored: () => 55 },
    ...YEARS.map((year, i): PlantedLayer => {
      return {
        kind: 'year-class',
        period: `${year}`,
        stored: (one) => (one ? one.yearClass[i] || null : YEAR_CLASS.stable),
      };
    }),
    { kind: 'season-amplitude', period: 'baseline', stored: (_, col) => 1000 + 10 * col },
    { kind: 'season-phase', period: 'baseline', stored: (_, col) => 1 + ((col * 4) % 365) },
    ...[2017, 2018, 2019, 2020, 2021].map((year): PlantedLayer => {
      return { kind: 'dry-ndvi', period: `${year}`, stored: (_, col, row) => 2000 + 30 * ((col + row) % 50) };
    }),
  ];
}

/** The parcel that a cell lies in. */
function plantedAt(col: number, row: number): Planted | null {
  const index = PLANTED.findIndex((_, i) => {
    const place = placeOf(i);
    return col >= place.col && col < place.col + SIDE && row >= place.row && row < place.row + SIDE;
  });
  return PLANTED[index] ?? null;
}

async function writeLayer(
  out: string,
  { kind, period, stored }: PlantedLayer,
  provenance: { attribution: string[]; synthetic: boolean },
): Promise<OutputFile[]> {
  const form = LAYER_FORMS[kind];
  const name = `layers/${kind}-${period}-31PAA-32631-10m`;
  const size = 64;
  const resampling = form.dataType === 'int16' ? 'average' : 'nearest';
  const spec = { ...form, grid: GRID, blockSizePx: size, resampling } as const;
  const file = await writeCog(join(out, `${name}.tif`), spec, (blockCol, blockRow) => {
    const block = createPixels(form.dataType, size * size).fill(form.nodata);
    for (let i = 0; i < size * size; i++) {
      const [col, row] = [blockCol * size + (i % size), blockRow * size + Math.floor(i / size)];
      if (col < GRID.widthPx && row < GRID.heightPx) block[i] = stored(plantedAt(col, row), col, row) ?? form.nodata;
    }
    return block;
  });
  const isYear = /^\d/.test(period);
  const [start, end] = (isYear ? `${period}-01-01/${period}-12-31` : PERIODS[period as 'period']).split('/');
  const item = buildLayerItem({
    fileName: `${name.slice('layers/'.length)}.tif`,
    kind,
    period: { start: start!, end: end! },
    grid: GRID,
    ...footprintOf(GRID),
    bands: [{ name: kind, offset: 0, ...form }],
    method: 'planted by a test',
    sources: DAYS.map((day) => ({ id: sceneOf(day), href: `${sceneOf(day)}.json` })),
    ...file,
    provenance,
  });
  const text = formatItem(item);
  writeFileSync(join(out, `${name}.json`), text);
  return [
    { name: `${name}.tif`, sha256: file.sha256, bytes: file.bytes },
    { name: `${name}.json`, sha256: sha256OfBytes(text), bytes: Buffer.byteLength(text) },
  ];
}
