import { usageError } from '../../shared/errors.ts';

/** What of a feature can name its parcel. Numbers have been turned into the text they were written as. */
export interface IdSource {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly featureId: unknown;
}

/** The ids of a file, which of them stand in for want of one, and a sentence where repeated ids gave way to other names. */
export interface AssignedIds {
  readonly ids: readonly string[];
  /** By position. */
  readonly areMadeUp: readonly boolean[];
  readonly note: string | null;
}

const longestId = 256;
const SHOWN_CHARACTERS = 40;
const NAMED_AT_MOST = 8;

/**
 * Ids of all features of one file, in order: `idField` where one is named, else `properties.id` where it is present and
 * no other feature has the same, else the feature's own `id` on the same terms, else `row-N` with N from 1: feature by feature, so others keep their ids.
 * Throws a usage error when the named field is missing somewhere or repeats.
 */
export function assignIds(features: readonly IdSource[], idField: string | undefined, source: string): AssignedIds {
  if (idField !== undefined) {
    return { ids: idsOfField(features, idField, source), areMadeUp: features.map(() => false), note: null };
  }
  const inProperties = features.map((feature) => memberText(feature.properties, 'id'));
  const ofFeatures = features.map((feature) => idText(feature.featureId));
  const [fromProperties, fromFeature] = [uniqueOnly(inProperties), uniqueOnly(ofFeatures)];
  const stated = features.map((_, index) => fromProperties[index] ?? fromFeature[index] ?? null);
  const ids = stated.map((id, index) => id ?? `row-${index + 1}`);
  const first = features.map((_, index) => inProperties[index] ?? ofFeatures[index] ?? null);
  const renamed = first.flatMap((id, index) => (id === null || id === ids[index] ? [] : [{ id, name: ids[index]! }]));
  const areMadeUp = stated.map((id) => id === null);
  return { ids, areMadeUp, note: renamed.length === 0 ? null : noteOf(renamed, source) };
}

/** `row-N` of the row at `index`, or `row-N-2`, `row-N-3` … where that is `taken`; no two rows come to one. */
export function freeRowId(index: number, taken: ReadonlySet<string>): string {
  const row = `row-${index + 1}`;
  let id = row;
  for (let n = 2; taken.has(id); n++) id = `${row}-${n}`;
  return id;
}

function noteOf(renamed: readonly { readonly id: string; readonly name: string }[], source: string): string {
  const repeated = quoteId(renamed[0]!.id);
  const named = renamed.slice(0, NAMED_AT_MOST).map(({ name }) => shownId(name));
  const more = renamed.length > named.length ? `, … (${renamed.length} parcels)` : '';
  return `Ids repeat in ${source} (${repeated}), so parcels that share theirs go by another name: ${named.join(', ')}${more}. Make ids unique, or name another property with --id-field.`;
}

/** An id fit for one line of a message: at most 40 characters, control characters and halves escaped. */
function shownId(id: string): string {
  const start = id.length > SHOWN_CHARACTERS ? `${id.slice(0, SHOWN_CHARACTERS)}…` : id;
  return start.replace(/[\p{Cc}\p{Cs}]/gu, (bad) => `\\u${bad.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same between quotation marks. */
export function quoteId(id: string): string {
  return `"${shownId(id)}"`;
}

/** Why an id cannot be kept, or null. */
export function faultOfId(id: string): string | null {
  if (id.length > longestId) return `the id has ${id.length} characters; at most ${longestId} are accepted`;
  // Neither a database nor a spreadsheet can hold these, so the id would not come back as given.
  if (/[\p{Cc}\p{Cs}]/u.test(id)) return 'the id holds a control character or half a character';
  return null;
}

function idsOfField(features: readonly IdSource[], idField: string, source: string): string[] {
  const seen = new Map<string, number>();
  return features.map((feature, index) => {
    const id = memberText(feature.properties, idField);
    if (id === null) {
      const there = Object.keys(feature.properties).slice(0, 8).map(shownId).join(', ') || 'none';
      throw usageError(
        `--id-field ${idField}: feature ${index + 1} of ${source} has no text or number there (its fields: ${there}). ` +
          'Name a field that every feature has, or leave --id-field away.',
      );
    }
    const first = seen.get(id);
    if (first !== undefined) {
      throw usageError(
        `--id-field ${idField}: features ${first + 1} and ${index + 1} of ${source} both have ${quoteId(id)} there. ` +
          'An id must be unique; name another field, or leave --id-field away.',
      );
    }
    seen.set(id, index);
    return id;
  });
}

function memberText(properties: Readonly<Record<string, unknown>>, name: string): string | null {
  return Object.hasOwn(properties, name) ? idText(properties[name]) : null;
}

function idText(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function uniqueOnly(ids: readonly (string | null)[]): (string | null)[] {
  const counts = new Map<string, number>();
  for (const id of ids) if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1);
  return ids.map((id) => (id !== null && counts.get(id) === 1 ? id : null));
}
