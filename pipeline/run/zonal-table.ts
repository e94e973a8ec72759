import { CanopyError } from '../../shared/errors.ts';
import { formatText } from '../store/csv.ts';
import { type CsvColumn, describeCsv } from '../store/csv-metadata.ts';
import type { PlainStat, ZonalStat } from './zonal-stats.ts';
import { figuresOf, type ZonalTotals } from './zonal-totals.ts';

export interface ZonalTable {
  readonly stats: readonly ZonalStat[];
  readonly ids: readonly string[];
  /** Whether each parcel was refused: its row has empty cells. */
  readonly isRefused: readonly boolean[];
  readonly totals: ZonalTotals;
  /** In the order of the quantiles among `stats`; none for a parcel without a valid cell. */
  readonly quantiles: ReadonlyMap<number, readonly number[]>;
}

/** The table as CSV: `id`, then the statistics in the order asked, numbers with all their digits, one row a parcel. */
export function formatZonalCsv(table: ZonalTable): string {
  const { stats, ids, isRefused, totals, quantiles } = table;
  const classes = sortedClasses(totals);
  const columns = columnsOf(table);
  const lines = [columns.map(({ name }) => name).join(',')];
  for (const [parcel, id] of ids.entries()) {
    const cells = isRefused[parcel] ? columns.slice(1).map(() => '') : cellsOf(parcel);
    lines.push([formatText(id), ...cells].join(','));
  }
  return `${lines.join('\n')}\n`;

  function cellsOf(parcel: number): string[] {
    const figures = figuresOf(totals, parcel);
    const ofParcel = quantiles.get(parcel);
    const hectares = totals.classHa.get(parcel);
    let quantile = 0;
    return stats.flatMap((stat) => {
      if (stat.kind === 'plain') return [formatNumber(figures[stat.name], ids[parcel]!)];
      if (stat.kind === 'quantile') return [formatNumber(ofParcel?.[quantile++] ?? null, ids[parcel]!)];
      // Of a parcel with valid cells a class that is not there has 0 ha; without any cell nothing is known.
      return classes.map((value) => formatNumber(hectares ? (hectares.get(value) ?? 0) : null, ids[parcel]!));
    });
  }
}

/** Shortest digits that give back the very number. Infinities and NaN never reach a file. */
function formatNumber(value: number | null, id: string): string {
  if (value === null) return '';
  if (Number.isFinite(value)) return String(value + 0);
  throw new CanopyError({
    kind: 'bug',
    code: 'E_BROKEN_CELL',
    message: `Parcel ${id} got the value ${value}, which no table may hold. Please report this.`,
    where: id,
  });
}

function sortedClasses({ classes }: ZonalTotals): number[] {
  return [...classes].sort((a, b) => a - b);
}

/** A cell cut by a boundary gives its share of cells, not its share of ground, which differs where cells are coarse degrees. */
const AREA_OF_CELL =
  'the true ground area of each cell (exact for whole cells; inside a cell the area is taken as spread evenly)';

const MEANINGS: Readonly<Record<PlainStat, Omit<CsvColumn, 'name'>>> = {
  count: { datatype: 'double', unit: 'pixel', description: 'sum of the coverage fractions of the valid pixels' },
  sum: { datatype: 'double', unit: 'value of the raster', description: 'sum of value times coverage' },
  mean: { datatype: 'double', unit: 'value of the raster', description: 'mean weighted by coverage' },
  stdev: { datatype: 'double', unit: 'value of the raster', description: 'standard deviation, population form' },
  min: { datatype: 'double', unit: 'value of the raster', description: 'smallest value of a touched valid pixel' },
  max: { datatype: 'double', unit: 'value of the raster', description: 'largest value of a touched valid pixel' },
  area_ha: {
    datatype: 'double',
    unit: 'ha',
    description: `coverage times ${AREA_OF_CELL}, summed over the valid pixels`,
  },
};

function columnsOf({ stats, totals }: ZonalTable): CsvColumn[] {
  const columns: CsvColumn[] = [{ name: 'id', datatype: 'string' }];
  for (const stat of stats) {
    if (stat.kind === 'plain') columns.push({ name: stat.name, ...MEANINGS[stat.name] });
    else if (stat.kind === 'quantile') {
      const description = `smallest value whose cumulated coverage reaches ${stat.p} of the whole`;
      columns.push({ name: stat.name, datatype: 'double', unit: 'value of the raster', description });
    } else {
      for (const value of sortedClasses(totals)) {
        const description = `coverage times ${AREA_OF_CELL}, summed over the pixels with the value ${value}`;
        columns.push({ name: `class_${value}_ha`, datatype: 'double', unit: 'ha', description });
      }
    }
  }
  return columns;
}

/** Units and sources of the table, for the file beside it. */
export function describeZonalCsv(
  fileName: string,
  table: ZonalTable,
  sources: { readonly raster: string; readonly band: number; readonly parcels: string },
): string {
  const source = [`${sources.raster}, band ${sources.band}, values as stored`, sources.parcels];
  return describeCsv(fileName, columnsOf(table), { 'dc:source': source });
}
