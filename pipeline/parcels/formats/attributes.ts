import type { CheckFinding, Intervention, JsonValue, ParcelAttributes } from '../../../shared/parcel-check.ts';
import { isRegisterColumn, isRegisterExport } from '../register-columns.ts';
import { HEADINGS, interventionOf } from './attribute-words.ts';
import { DAY_FAULTS, parseDay } from './date-text.ts';
import { finding, shownText } from './findings.ts';
import { plainName } from './plain-name.ts';
import { findStatedArea } from './stated-area.ts';

const LONGEST_NAME = 500;

interface Column {
  readonly heading: string;
  readonly value: JsonValue;
}

/**
 * What the properties of a file say about a parcel, under whatever headings and in English, French or German, and what
 * they leave in doubt. What was taken is not in `more`; what was not understood stays there as given.
 */
export function attributesOf(properties: Readonly<Record<string, JsonValue>>): {
  readonly attributes: ParcelAttributes;
  readonly findings: readonly CheckFinding[];
} {
  const columns = columnsOf(properties);
  const findings: CheckFinding[] = [];
  const taken = new Set<string>();
  const keep = <T>(found: { readonly value: T; readonly heading: string } | null): T | null => {
    if (found !== null) taken.add(found.heading);
    return found?.value ?? null;
  };
  const attributes = {
    name: keep(findName(columns, findings)),
    intervention: keep(findIntervention(columns, findings)),
    startDate: keep(findStartDate(columns, findings)),
    tenure: keep(findText(columns, HEADINGS.tenure)),
    consent: keep(findText(columns, HEADINGS.consent)),
    statedHa: keep(findStatedArea(properties, findings)),
  };
  const more = Object.create(null) as Record<string, JsonValue>;
  const isOurs = isRegisterExport(properties);
  for (const [heading, value] of Object.entries(properties)) {
    if (!taken.has(heading) && !(isOurs && isRegisterColumn(heading))) more[heading] = value;
  }
  return { attributes: { ...attributes, more }, findings };
}

/** Columns by their plain heading; of two that are plainly the same the first with a value counts. */
function columnsOf(properties: Readonly<Record<string, JsonValue>>): ReadonlyMap<string, Column> {
  const columns = new Map<string, Column>();
  for (const [heading, value] of Object.entries(properties)) {
    const plain = plainName(heading);
    if (isGiven(value) && !columns.has(plain)) columns.set(plain, { heading, value });
  }
  return columns;
}

function isGiven(value: JsonValue): boolean {
  return value !== null && !(typeof value === 'string' && value.trim() === '');
}

/** The columns whose headings are in the list, the surest first. */
function given(columns: ReadonlyMap<string, Column>, headings: ReadonlyMap<string, number>): readonly Column[] {
  const found: { readonly rank: number; readonly column: Column }[] = [];
  for (const [plain, column] of columns) {
    const rank = headings.get(plain);
    if (rank !== undefined) found.push({ rank, column });
  }
  return found.length < 2
    ? found.map(({ column }) => column)
    : found.toSorted((a, b) => a.rank - b.rank).map(({ column }) => column);
}

function findText(
  columns: ReadonlyMap<string, Column>,
  headings: ReadonlyMap<string, number>,
): { value: string; heading: string } | null {
  for (const { heading, value } of given(columns, headings)) {
    if (typeof value === 'string' || typeof value === 'number') return { value: String(value).trim(), heading };
    if (typeof value === 'boolean') return { value: value ? 'yes' : 'no', heading };
  }
  return null;
}

function findName(
  columns: ReadonlyMap<string, Column>,
  findings: CheckFinding[],
): { value: string; heading: string } | null {
  const found = findText(columns, HEADINGS.name);
  if (found === null) return null;
  // Letters that cannot be seen can make one name look like another, or turn round what stands beside it.
  const seen = found.value
    .replaceAll(/[\t\r\n\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
  const [property, characters] = [shownText(found.heading), found.value.length];
  if (characters > LONGEST_NAME || seen === '') {
    const why = seen === '' ? 'invisible' : 'long';
    const reason =
      seen === ''
        ? 'has no letter that can be seen'
        : `has ${characters.toLocaleString('en')} characters, more than ${LONGEST_NAME}`;
    const text = `The name in "${property}" ${reason}, and was not taken.`;
    findings.push(
      finding('name-unclear', 'note', text, { values: { property, why, characters, limit: LONGEST_NAME } }),
    );
    return null;
  }
  if (seen === found.value) return found;
  const said = shownText(seen);
  const text = `The name "${said}" held characters that cannot be seen; it was taken without them.`;
  findings.push(finding('name-cleaned', 'note', text, { values: { property, said } }));
  return { value: seen, heading: found.heading };
}

function findIntervention(
  columns: ReadonlyMap<string, Column>,
  findings: CheckFinding[],
): { value: Intervention; heading: string } | null {
  let unclear: { heading: string; value: string; several: boolean } | null = null;
  for (const { heading, value } of given(columns, HEADINGS.intervention)) {
    const said = wordsOf(value);
    const kinds = new Set(said.map((word) => interventionOf(plainName(word))));
    const [kind] = kinds;
    if (kinds.size === 1 && kind) return { value: kind, heading };
    // TerraMatch says under target_sys what is to grow, which tells how only for agroforestry.
    const isTarget = plainName(heading).startsWith('target');
    if (!isTarget) unclear ??= { heading, value: said.join(', '), several: kinds.size > 1 };
  }
  if (unclear === null) return null;
  const [said, property] = [shownText(unclear.value), shownText(unclear.heading)];
  const why = unclear.several ? 'several' : 'unknown';
  const reason = unclear.several ? 'names more than one kind of work' : 'is no kind of work that is known';
  const text = `"${said}" in "${property}" ${reason}. Choose planting, direct seeding, assisted natural regeneration, natural regeneration, agroforestry or conservation.`;
  findings.push(finding('intervention-unclear', 'note', text, { values: { property, said, why } }));
  return null;
}

function wordsOf(value: JsonValue): readonly string[] {
  const items = Array.isArray(value) ? value : [value];
  return items
    .filter((item) => typeof item === 'string')
    .flatMap((item) => item.split(/[,;|/+]/))
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .slice(0, 20);
}

function findStartDate(
  columns: ReadonlyMap<string, Column>,
  findings: CheckFinding[],
): { value: string; heading: string } | null {
  let unclear: CheckFinding | null = null;
  for (const { heading, value } of given(columns, HEADINGS.startDate)) {
    const read = parseDay(value);
    if ('day' in read) return { value: read.day, heading };
    const isPlain = typeof value === 'string' || typeof value === 'number';
    const [said, property] = [isPlain ? shownText(String(value)) : 'a list', shownText(heading)];
    const text = `"${said}" in "${property}" ${DAY_FAULTS[read.why]}; write the start as 2025-06-01.`;
    // A value that is no plain one has nothing to be shown of it.
    const values = { property, why: read.why, said: isPlain ? said : '…' };
    unclear ??= finding('start-date-unclear', 'note', text, { values });
  }
  if (unclear !== null) findings.push(unclear);
  return null;
}
