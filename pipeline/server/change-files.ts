import { join } from 'node:path';
import type { ControlArea, ParcelChangeInfo } from '../../shared/api.ts';
import type { BalanceRow, ControlRow, MonthCount, SeriesRow, SeriesState, YearChange } from '../../shared/change.ts';
import type { RunRecord } from '../store/run-record.ts';
import {
  balanceColumns,
  type Column,
  controlColumns,
  monthColumns,
  seriesColumns,
  yearColumns,
} from '../store/tables.ts';
import { openControlAreas } from './control-areas.ts';
import { openParcelTable, splitRows } from './parcel-table.ts';
import { readListed } from './read-chunks.ts';

/** What a run says of change over time beside parcels.geojson; empty for a run that did not look at it. */
export interface ChangeFiles {
  readonly balance: readonly BalanceRow[];
  readParcel(position: number): Promise<Omit<ParcelChangeInfo, 'parcelId' | 'change'>>;
  close(): Promise<void>;
}

interface Rows<Row> {
  read(position: number): Promise<Row[]>;
}

/** A cell by its column's name. */
interface Cells {
  text(name: string): string;
  /** Null where the cell is empty. */
  figure(name: string): number | null;
}

/** Opens what run.json lists of these files, each of which may be missing. Throws as `openParcelTable` and `readListed` do. */
export async function openChangeFiles(
  dir: string,
  record: RunRecord,
  positionOf: ReadonlyMap<string, number>,
): Promise<ChangeFiles> {
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    await Promise.all(opened.map((file) => file.close()));
  };
  const listed = (name: string) => record.outputs.find((output) => output.name === name) ?? null;
  const open = async <Row>(name: string, columns: readonly Column<Row>[], parse: (cells: Cells) => Row) => {
    const found = listed(name);
    if (!found) return { read: async () => [] } as Rows<Row>;
    const names = columns.map((column) => column.name);
    const spec = { path: join(dir, name), sha256: found.sha256, columns: names, positionOf };
    const table = await openParcelTable(spec);
    opened.push(table);
    const read = async (position: number) => (await table.readRows(position)).map((row) => parse(cellsOf(row, names)));
    return { read } as Rows<Row>;
  };
  try {
    const years = await open('changes.csv', yearColumns, toYear);
    const series = await open('series.csv', seriesColumns, toSeriesRow);
    const controls = await open('controls.csv', controlColumns, toControl);
    const months = await open('months.csv', monthColumns, toMonth);
    const squares = listed('controls.geojson');
    const areas = squares && (await openControlAreas(join(dir, squares.name), squares.sha256));
    if (areas) opened.push(areas);
    const withArea = async (row: ControlRow): Promise<ControlArea> => ({
      ...row,
      geometry: (await areas?.readGeometry(row.controlId)) ?? null,
    });
    return {
      balance: await readBalance(dir, listed('control-balance.csv')),
      readParcel: async (position) => ({
        years: await years.read(position),
        series: (await series.read(position)).sort((a, b) => Date.parse(a.datetime) - Date.parse(b.datetime)),
        controls: await Promise.all((await controls.read(position)).map(withArea)),
        months: await months.read(position),
      }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readBalance(
  dir: string,
  listed: { readonly name: string; readonly sha256: string } | null,
): Promise<BalanceRow[]> {
  if (!listed) return [];
  const [head = [], ...rows] = splitRows(await readListed(join(dir, listed.name), listed.sha256));
  const names = balanceColumns.map(({ name }) => name);
  return rows.map((row) => {
    const { text, figure } = cellsOf(
      names.map((name) => row[head.indexOf(name)] ?? ''),
      names,
    );
    return {
      covariate: text('covariate') as BalanceRow['covariate'],
      smdPool: figure('smd_pool') ?? 0,
      smdMatched: figure('smd_matched') ?? 0,
      isWithin: text('within') === 'yes',
    };
  });
}

function cellsOf(row: readonly string[], names: readonly string[]): Cells {
  const text = (name: string) => row[names.indexOf(name)] ?? '';
  return { text, figure: (name) => (text(name) === '' ? null : Number(text(name))) };
}

function toYear({ text, figure }: Cells): YearChange {
  const ha = (name: string) => figure(name) ?? 0;
  return {
    parcelId: text('parcel_id'),
    year: Number(text('year')),
    parcelHa: ha('parcel_ha'),
    stableHa: ha('stable_ha'),
    lossHa: ha('loss_ha'),
    lossHaSe: figure('loss_ha_se'),
    lostBeforeHa: ha('lost_before_ha'),
    burntHa: figure('burnt_ha'),
    burntHaSe: figure('burnt_ha_se'),
    gainHa: ha('gain_ha'),
    gainHaSe: figure('gain_ha_se'),
    regrownHa: ha('regrown_ha'),
    regrownHaSe: figure('regrown_ha_se'),
    noDataHa: ha('no_data_ha'),
    areaSe: 'not estimated',
    sentence: text('sentence'),
  };
}

function toSeriesRow({ text, figure }: Cells): SeriesRow {
  return {
    parcelId: text('parcel_id'),
    datetime: text('datetime'),
    sceneId: text('scene_id'),
    ndviMean: Number(text('ndvi_mean')),
    nbrMean: figure('nbr_mean'),
    state: text('state') as SeriesState,
    seasonNdvi: figure('season_ndvi'),
    seasonLow: figure('season_low'),
    seasonHigh: figure('season_high'),
    controlNdvi: figure('control_ndvi'),
    controlLow: figure('control_low'),
    controlHigh: figure('control_high'),
    controlCount: figure('control_count') ?? 0,
  };
}

function toControl({ text, figure }: Cells): ControlRow {
  return {
    parcelId: text('parcel_id'),
    controlId: text('control_id'),
    weight: figure('weight') ?? 0,
    distance: figure('distance') ?? 0,
    pastNdvi: figure('past_ndvi') ?? 0,
    recentNdvi: figure('recent_ndvi') ?? 0,
    pastSlope: figure('past_slope') ?? 0,
  };
}

function toMonth({ text, figure }: Cells): MonthCount {
  return {
    parcelId: text('parcel_id'),
    year: Number(text('year')),
    month: Number(text('month')),
    nAcquisitions: figure('n_acquisitions') ?? 0,
    nClear: figure('n_clear') ?? 0,
  };
}
