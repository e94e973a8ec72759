import type { CheckLine } from './check.ts';
import { parseCsv } from './csv.ts';
import type { Truth } from './make.ts';

type Row = Readonly<Record<string, string>>;

const F1_WANTED = 0.95;
const DATING_ERROR = 1;
const Z_WANTED = 1.96;

/** Change over time against the truth: texts of parcels.csv, series.csv and changes.csv. */
export function checkChange(truth: Truth, parcelsCsv: string, seriesCsv: string, changesCsv: string): CheckLine[] {
  const rows = new Map(parseCsv(parcelsCsv).map((row) => [row.parcel_id!, row]));
  const series = groupRows(parseCsv(seriesCsv));
  const years = groupRows(parseCsv(changesCsv));
  return [
    scoreClearings(truth, rows),
    ...countFalseLosses(truth, rows),
    dateClearings(truth, rows, series),
    separatePlanted(truth, rows),
    ...sumLosses(truth, rows, years),
  ];
}

function groupRows(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.parcel_id!, [...(groups.get(row.parcel_id!) ?? []), row]);
  return groups;
}

function isLoss(row: Row | undefined): boolean {
  return row?.change_finding === 'loss' || row?.change_finding === 'loss_and_regrowth';
}

/** Harmonic mean of precision and recall over the parcels that were judged or should have been. */
function scoreClearings({ parcels }: Truth, rows: ReadonlyMap<string, Row>): CheckLine {
  const seen = parcels.filter(({ kind }) => kind !== 'cloudy');
  const called = seen.filter(({ id }) => isLoss(rows.get(id)));
  const right = called.filter(({ kind }) => kind === 'cleared').length;
  const wanted = seen.filter(({ kind }) => kind === 'cleared').length;
  const f1 = called.length + wanted === 0 ? 0 : (2 * right) / (called.length + wanted);
  return {
    what: 'F1 of cleared against not cleared, from the series',
    measured: `${f1.toFixed(3)} (${right} of ${wanted} found, ${called.length - right} false)`,
    wanted: `>= ${F1_WANTED}`,
    holds: f1 >= F1_WANTED,
  };
}

function countFalseLosses({ parcels }: Truth, rows: ReadonlyMap<string, Row>): CheckLine[] {
  const burnt = parcels.filter(({ kind }) => kind === 'burnt');
  const lost = burnt.filter(({ id }) => isLoss(rows.get(id))).length;
  const told = burnt.filter(({ id }) => rows.get(id)?.change_finding === 'burnt_and_recovered').length;
  return [
    {
      what: 'burnt and recovered parcels called loss by their series',
      measured: `${lost} of ${burnt.length}`,
      wanted: '0',
      holds: lost === 0,
    },
    {
      what: 'burnt parcels whose fire was seen',
      measured: `${told} of ${burnt.length}`,
      wanted: 'told only',
      holds: null,
    },
  ];
}

/** How many used observations lie between the true day and the two observations that `changed` names; median. */
function dateClearings(
  { parcels }: Truth,
  rows: ReadonlyMap<string, Row>,
  series: ReadonlyMap<string, readonly Row[]>,
): CheckLine {
  const errors = parcels.flatMap(({ id, kind, events }) => {
    const row = rows.get(id);
    if (kind !== 'cleared' || !isLoss(row) || !events[0]) return [];
    const days = (series.get(id) ?? []).filter(({ state }) => state === 'used').map((point) => dayOf(point.datetime!));
    return [datingError(events[0].date, { after: row!.change_after!, before: row!.change_before! }, days)];
  });
  const middle = [...errors].sort((a, b) => a - b)[Math.floor(errors.length / 2)] ?? Number.POSITIVE_INFINITY;
  return {
    what: 'median error of the dated interval, clear observations',
    measured: `${middle} (worst ${errors.length > 0 ? Math.max(...errors) : 'none'}, ${errors.length} dated)`,
    wanted: `<= ${DATING_ERROR}`,
    holds: middle <= DATING_ERROR,
  };
}

function datingError(
  event: string,
  { after, before }: { readonly after: string; readonly before: string },
  days: readonly string[],
): number {
  // The ground of the day of the event is already the new one.
  if (event > before) return days.filter((day) => day >= before && day < event).length;
  if (event <= after) return days.filter((day) => day >= event && day <= after).length;
  return 0;
}

function dayOf(datetime: string): string {
  return datetime.slice(0, 10);
}

function separatePlanted({ parcels }: Truth, rows: ReadonlyMap<string, Row>): CheckLine {
  const planted = parcels.filter(({ kind }) => kind === 'planted');
  const compared = planted.filter(({ id }) => rows.get(id)?.control_z);
  const apart = compared.filter(({ id }) => Number(rows.get(id)!.control_z) >= Z_WANTED).length;
  return {
    what: `planted parcels apart from their control areas, Z >= ${Z_WANTED}`,
    measured: `${apart} of ${planted.length}; ${planted.length - compared.length} without control areas`,
    wanted: 'all that have control areas',
    holds: compared.length > 0 && apart === compared.length,
  };
}

/** Mapped loss on cleared ground and elsewhere, all monitored years together. */
function sumLosses(
  { parcels }: Truth,
  rows: ReadonlyMap<string, Row>,
  years: ReadonlyMap<string, readonly Row[]>,
): CheckLine[] {
  const shareOf = (kinds: readonly string[]) => {
    const ids = parcels.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
    const lossHa = sum(ids.flatMap((id) => (years.get(id) ?? []).map((row) => Number(row.loss_ha))));
    const totalHa = sum(ids.map((id) => Number(rows.get(id)?.parcel_ha)));
    return `${lossHa.toFixed(1)} of ${totalHa.toFixed(1)} ha`;
  };
  return [
    { what: 'mapped loss on cleared parcels', measured: shareOf(['cleared']), wanted: 'told only', holds: null },
    {
      what: 'mapped loss on unchanged and burnt parcels',
      measured: shareOf(['unchanged', 'burnt']),
      wanted: 'told only',
      holds: null,
    },
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
