import { parseCsv } from './csv.ts';
import type { Truth } from './make.ts';
import { PARCEL_KINDS } from './settings.ts';

/** One line of the table: what was measured, what is allowed, and whether it holds (null = told, not judged). */
export interface CheckLine {
  readonly what: string;
  readonly measured: string;
  readonly wanted: string;
  readonly holds: boolean | null;
}

const NDVI_LIMIT = 0.01;
const FOUND_SHARE = 0.9;
const FALSE_SHARE = 0.05;

/**
 * Compares the results of a run with the demo's truth: texts of observations.csv and parcels.csv as `contracts.md`
 * names their columns. Every parcel of the truth must be there, else the line about it fails.
 */
export function checkResults(truth: Truth, observationsCsv: string, parcelsCsv: string): CheckLine[] {
  const observations = parseCsv(observationsCsv);
  const results = new Map(parseCsv(parcelsCsv).map((row) => [row.parcel_id, row]));
  const missing = truth.parcels.filter((parcel) => !results.has(parcel.id)).map((parcel) => parcel.id);
  const ofKind = (...kinds: string[]) => truth.parcels.filter((parcel) => kinds.includes(parcel.kind));
  const count = (parcels: Truth['parcels'], test: (row: Record<string, string>) => boolean) =>
    parcels.filter((parcel) => test(results.get(parcel.id) ?? {})).length;
  const isLoss = (row: Record<string, string>) => row.finding === 'loss';
  const cloudy = ofKind('cloudy');
  const cleared = ofKind('cleared');
  const quiet = ofKind('unchanged', 'burnt');
  const noData = count(cloudy, (row) => row.outcome === 'no_data');
  const found = count(cleared, isLoss);
  const falseAlarms = count(quiet, isLoss);
  return [
    {
      what: 'parcels with a result',
      measured: `${truth.parcels.length - missing.length} of ${truth.parcels.length}`,
      wanted: 'all',
      holds: missing.length === 0,
    },
    ...compareNdvi(truth, observations),
    judge('always cloudy called no_data', noData, cloudy.length, { words: '100 %', holds: noData === cloudy.length }),
    judge('cleared called loss', found, cleared.length, {
      words: `>= ${FOUND_SHARE * 100} %`,
      holds: found >= FOUND_SHARE * cleared.length,
    }),
    judge('unchanged and burnt called loss', falseAlarms, quiet.length, {
      words: `<= ${FALSE_SHARE * 100} %`,
      holds: falseAlarms <= FALSE_SHARE * quiet.length,
    }),
    ...PARCEL_KINDS.map((kind) => tellFindings(kind, ofKind(kind), results)),
  ];
}

function judge(what: string, n: number, of: number, bound: { words: string; holds: boolean }): CheckLine {
  const share = of === 0 ? '' : ` (${((n / of) * 100).toFixed(0)} %)`;
  return { what, measured: `${n} of ${of}${share}`, wanted: bound.words, holds: bound.holds };
}

/** Truly clear observations that the run calls `ok`, against the noise-free NDVI of the ground. */
function compareNdvi(truth: Truth, observations: readonly Record<string, string>[]): CheckLine[] {
  const sceneAt = new Map(truth.scenes.map((scene, k) => [scene.id, k]));
  const parcelAt = new Map(truth.parcels.map((parcel) => [parcel.id, parcel]));
  let compared = 0;
  let sum = 0;
  let worst = 0;
  let where = '';
  const seen = new Set<string>();
  for (const row of observations) {
    const parcel = parcelAt.get(row.parcel_id ?? '');
    const k = sceneAt.get(row.scene_id ?? '');
    if (row.outcome !== 'ok' || parcel === undefined || k === undefined || !parcel.trulyClear[k]) continue;
    // An empty or unreadable figure of an `ok` observation is as wrong as can be.
    const observed = row.ndvi_mean ? Number(row.ndvi_mean) : Number.NaN;
    const difference = Number.isFinite(observed) ? observed - parcel.ndvi[k]! : Number.POSITIVE_INFINITY;
    compared++;
    sum += difference;
    seen.add(parcel.id);
    if (Math.abs(difference) <= worst) continue;
    worst = Math.abs(difference);
    where = `${parcel.id} on ${row.scene_id}`;
  }
  // The always cloudy parcels have next to no clear date; all others must have been compared at least once.
  const expected = truth.parcels.filter((parcel) => parcel.kind !== 'cloudy');
  const uncompared = expected.filter((parcel) => !seen.has(parcel.id)).length;
  const clearPairs = truth.parcels.flatMap((p) =>
    truth.scenes.filter((s, k) => p.trulyClear[k] && !s.superseded),
  ).length;
  return [
    {
      what: 'truly clear observations compared',
      measured: `${compared} of ${clearPairs}; ${uncompared} parcels without`,
      wanted: 'all',
      holds: compared === clearPairs && uncompared === 0,
    },
    {
      what: 'largest |observed - true| NDVI',
      measured: `${worst.toFixed(4)}${where === '' ? '' : ` (${where})`}`,
      wanted: `<= ${NDVI_LIMIT}`,
      holds: compared > 0 && worst <= NDVI_LIMIT,
    },
    { what: 'mean observed - true NDVI', measured: (sum / compared).toFixed(5), wanted: 'told only', holds: null },
  ];
}

function tellFindings(
  kind: string,
  parcels: Truth['parcels'],
  results: ReadonlyMap<string | undefined, Record<string, string>>,
): CheckLine {
  const tally = new Map<string, number>();
  for (const parcel of parcels) {
    const row = results.get(parcel.id);
    const finding = row?.finding || row?.outcome || 'no row';
    tally.set(finding, (tally.get(finding) ?? 0) + 1);
  }
  const words = [...tally].sort().map(([finding, n]) => `${n} ${finding.replaceAll('_', ' ')}`);
  return {
    what: `findings on ${kind} parcels`,
    measured: words.join(', ') || 'none',
    wanted: 'told only',
    holds: null,
  };
}

/** The lines as a table of plain text. */
export function formatLines(lines: readonly CheckLine[]): string {
  const rows = [
    ['check', 'measured', 'wanted', ''],
    ...lines.map((line) => [
      line.what,
      line.measured,
      line.wanted,
      line.holds === null ? '' : line.holds ? 'holds' : 'BROKEN',
    ]),
  ];
  const widths = [0, 1, 2, 3].map((k) => Math.max(...rows.map((row) => row[k]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, k) => cell.padEnd(widths[k]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
