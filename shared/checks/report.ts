import type {
  CheckedParcel,
  CheckLimits,
  CheckReport,
  CheckSummary,
  CheckVerdict,
  ParcelFormat,
} from '../parcel-check.ts';
import { hectares } from './numbers.ts';
import { orderOfRule } from './rules.ts';

/** What a report says about the file it is of. */
export interface ReportedFile {
  readonly file: string;
  readonly format: ParcelFormat;
  readonly limits: CheckLimits;
  /** Of the reader, about the file as a whole. */
  readonly notes: readonly string[];
}

/** Checked parcels with what they amount to: verdicts, rules, hectares, and what more than one of them has. */
export function reportOf(parcels: readonly CheckedParcel[], file: ReportedFile): CheckReport {
  const verdicts: Record<CheckVerdict, number> = { accepted: 0, warned: 0, mendable: 0, refused: 0 };
  let totalHa = 0;
  let unmeasuredParcels = 0;
  for (const { verdict, parcelHa } of parcels) {
    verdicts[verdict] += 1;
    if (parcelHa === null) unmeasuredParcels += 1;
    else totalHa += parcelHa;
  }
  const rules = countRules(parcels);
  const summary: CheckSummary = {
    file: file.file,
    format: file.format,
    parcels: parcels.length,
    verdicts,
    rules,
    totalHa: parcels.length > 0 && unmeasuredParcels === parcels.length ? null : totalHa,
    unmeasuredParcels,
    notes: [...file.notes, ...notesOfPairs(parcels), ...notesOfAll(rules, parcels.length, file.limits)],
    limits: file.limits,
  };
  return { summary, parcels };
}

/** How many parcels each rule found something about, in the order of the rules. */
function countRules(parcels: readonly CheckedParcel[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { findings } of parcels) {
    for (const rule of new Set(findings.map((finding) => finding.rule))) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => orderOfRule(a) - orderOfRule(b) || (a < b ? -1 : 1));
  return Object.fromEntries(sorted);
}

/** Ground that would be paid twice, all of it together. */
function notesOfPairs(parcels: readonly CheckedParcel[]): string[] {
  const pairs = parcels.flatMap(({ findings }) => findings.filter(({ rule }) => rule === 'overlap'));
  if (pairs.length < 2) return [];
  const sharesHa = pairs.map(({ values }) => Number(values.overlapHa));
  const sumHa = sharesHa.reduce((a, b) => a + b);
  const [least, most] = [Math.min(...sharesHa), Math.max(...sharesHa)].map(hectares);
  return [`${pairs.length} pairs of parcels share ground: ${hectares(sumHa)} in all, from ${least} to ${most}.`];
}

/** What is said once about a file instead of about one parcel. */
function notesOfAll(rules: Readonly<Record<string, number>>, parcels: number, limits: CheckLimits): string[] {
  const notes: string[] = [];
  const narrow = rules['narrower-than-pixel'] ?? 0;
  if (narrow > 1) {
    notes.push(
      `${narrow} of ${parcels} parcels are narrower than a pixel of ${limits.pixelM} m: each by itself cannot be monitored. Join neighbours, or measure them from finer imagery.`,
    );
  }
  const swapped = rules['swapped-axes'] ?? 0;
  if (swapped > 1) {
    notes.push(`${swapped} of ${parcels} parcels seem to have longitude and latitude swapped: look at the whole file.`);
  }
  return notes;
}
