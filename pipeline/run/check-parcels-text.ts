import { hectares } from '../../shared/checks/numbers.ts';
import { type CheckRule, orderOfRule } from '../../shared/checks/rules.ts';
import { formatPlace } from '../../shared/geometry/rings.ts';
import {
  CHECK_SEVERITIES,
  type CheckedParcel,
  type CheckFinding,
  type CheckReport,
  type CheckVerdict,
  type ParcelCandidate,
} from '../../shared/parcel-check.ts';
import { RULE_TITLES } from './check-parcels-titles.ts';

/** Parcels listed of one group: more do not fit one look. */
const LISTED = 8;

interface Found {
  readonly parcel: CheckedParcel;
  readonly finding: CheckFinding;
}

const FORMAT_NAMES = {
  geojson: 'GeoJSON',
  kml: 'KML',
  kmz: 'KMZ',
  shapefile: 'shapefile',
  geopackage: 'GeoPackage',
  flatgeobuf: 'FlatGeobuf',
  csv: 'CSV',
  gpx: 'GPX',
} as const;

const VERDICT_WORDS: { readonly [V in CheckVerdict]: readonly [one: string, several: string] } = {
  refused: ['cannot be registered as it is', 'cannot be registered as they are'],
  mendable: ['can be once proposals are accepted', 'can be once proposals are accepted'],
  warned: ['can be once somebody has looked', 'can be once somebody has looked'],
  accepted: ['is fine', 'are fine'],
};

/**
 * A report as a person would write it: what the file holds, then what was found, gravest first and grouped by kind, with
 * places and proposals; what all parcels have is said once.
 */
export function describeCheck({ summary, parcels }: CheckReport, candidates: readonly ParcelCandidate[]): string {
  const lines = [describeSummary({ summary, parcels }), ...summary.notes.map((note) => `  ${note}`)];
  const places = new Map(candidates.map(({ index, place }) => [index, place]));
  for (const severity of CHECK_SEVERITIES) {
    const groups = groupFindings(parcels, severity);
    if (groups.length === 0) continue;
    lines.push('', { error: 'In the way', warning: 'To look at', note: 'For information' }[severity]);
    for (const group of groups) lines.push(...describeGroup(group, { total: parcels.length, places }));
  }
  if (parcels.some(({ findings }) => findings.length > 0))
    lines.push('', `All of it, with coordinates: canopy parcels check ${summary.file} --json`);
  return `${lines.join('\n')}\n`;
}

function describeSummary({ summary }: CheckReport): string {
  const { file, format, parcels, verdicts } = summary;
  const counts = (Object.keys(VERDICT_WORDS) as CheckVerdict[])
    .filter((verdict) => verdicts[verdict] > 0)
    .map((verdict) => `${whole(verdicts[verdict])} ${VERDICT_WORDS[verdict][verdicts[verdict] === 1 ? 0 : 1]}`);
  const count = `${whole(parcels)} parcel${parcels === 1 ? '' : 's'}`;
  return `${file} (${FORMAT_NAMES[format]}): ${count}, ${describeArea(summary)}. ${capital(listOf(counts))}.`;
}

/** A sum without some of its parts is not told as if it were whole. */
function describeArea({ totalHa, unmeasuredParcels }: CheckReport['summary']): string {
  if (totalHa === null) return 'not measured';
  if (unmeasuredParcels === 0) return hectares(totalHa);
  return `${hectares(totalHa)}; ${whole(unmeasuredParcels)} of them not measured`;
}

/** Findings of one rule together; what is missing by what it is. */
function groupFindings(parcels: readonly CheckedParcel[], severity: CheckFinding['severity']): Found[][] {
  const groups = new Map<string, Found[]>();
  for (const parcel of parcels) {
    for (const finding of parcel.findings) {
      if (finding.severity !== severity) continue;
      const key = finding.rule === 'missing-attribute' ? `${finding.rule} ${finding.values.attribute}` : finding.rule;
      const group = groups.get(key);
      if (group) group.push({ parcel, finding });
      else groups.set(key, [{ parcel, finding }]);
    }
  }
  return [...groups.values()].sort((a, b) => orderOfRule(a[0]!.finding.rule) - orderOfRule(b[0]!.finding.rule));
}

function describeGroup(
  group: readonly Found[],
  { total, places }: { readonly total: number; readonly places: ReadonlyMap<number, string> },
): string[] {
  const [{ finding: first, parcel }] = group as [Found];
  const count = new Set(group.map((found) => found.parcel.index)).size;
  const isSaidOnce = group.length > 1 && new Set(group.map(({ finding }) => finding.message)).size === 1;
  if (isSaidOnce) return [`  ${subjectOf(count, total)}: ${first.message}`];
  const title = titleOf(first, count);
  if (title === null && group.length > 1)
    return [`  ${subjectOf(count, total)}, such as ${describeFound({ finding: first, parcel }, places)}`];
  if (first.severity === 'note' && group.length > LISTED) return [`  ${subjectOf(count, total)} ${title}.`];
  if (group.length === 1) return [`  ${describeFound({ finding: first, parcel }, places)}`];
  const listed = [...group].sort(byWeight).slice(0, LISTED);
  const more = group.length - listed.length;
  return [
    `  ${subjectOf(count, total)} ${title}${group.length > count ? ` (${whole(group.length)} cases)` : ''}:`,
    ...listed.map((found) => `    ${describeFound(found, places)}`),
    ...(more > 0 ? [`    and ${whole(more)} more, less grave or later in the file`] : []),
  ];
}

/** How much a finding weighs among those of its rule; 0 where none weighs more than another. */
const WEIGHTS: { readonly [R in CheckRule]?: (values: CheckFinding['values']) => number } = {
  overlap: ({ overlapHa }) => Number(overlapHa),
  spike: ({ lengthM }) => Number(lengthM),
  'too-small': ({ parcelHa }) => -Number(parcelHa),
  'too-large': ({ parcelHa }) => Number(parcelHa),
  'narrower-than-pixel': ({ widthM }) => -Number(widthM),
  'outside-region': ({ insidePct }) => -Number(insidePct),
  'stated-area': ({ statedHa, parcelHa }) => Math.abs(Math.log(Number(statedHa) / Number(parcelHa))),
};

/** Those that weigh most first, else in the order of the file. */
function byWeight(a: Found, b: Found): number {
  const weight = ({ finding: { rule, values } }: Found) => WEIGHTS[rule as CheckRule]?.(values) ?? 0;
  return weight(b) - weight(a) || a.parcel.index - b.parcel.index;
}

function describeFound({ parcel, finding }: Found, places: ReadonlyMap<number, string>): string {
  const where = [places.get(parcel.index), finding.place && formatPlace(...finding.place)].filter(Boolean).join(', ');
  return `${shown(parcel.id)} (${where}): ${finding.message}${describeProposal(finding)}`;
}

function describeProposal({ proposal }: CheckFinding): string {
  if (proposal === null) return '';
  const { kind, message, haBefore, haAfter } = proposal;
  if (kind === 'leave-out') return ` Proposal: ${message}`;
  const change = haBefore === null ? hectares(haAfter) : describeChange(haBefore, haAfter);
  return ` Proposal: ${message.replace(/\.$/, '')} (${change}).`;
}

function describeChange(before: number, after: number): string {
  const change = Math.abs(after - before);
  if (change * 10_000 < 0.05) return `${hectares(before)} as before`;
  return `${hectares(before)} ${after > before ? 'and' : 'less'} ${hectares(change)}`;
}

/** Null for rules of readers, whose sentences speak for themselves. */
function titleOf({ rule }: CheckFinding, count: number): string | null {
  const titles = Object.hasOwn(RULE_TITLES, rule) ? RULE_TITLES[rule as CheckRule] : null;
  return titles?.[count === 1 ? 0 : 1] ?? null;
}

function subjectOf(count: number, total: number): string {
  if (count === total && total > 1) return `All ${whole(total)} parcels`;
  return `${whole(count)} parcel${count === 1 ? '' : 's'}`;
}

/** An id fit for a line: what cannot be seen is escaped. */
function shown(id: string): string {
  const start = id.length > 60 ? `${id.slice(0, 60)}…` : id;
  return start.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (bad) => `\\u${bad.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function listOf(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function whole(count: number): string {
  return count.toLocaleString('en');
}
