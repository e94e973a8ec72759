import { usageError } from '../../shared/errors.ts';

/** What of a feature can name its parcel. Numbers have been turned into the text they were written as. */
export interface IdSource {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly featureId: unknown;
}

const longestId = 256;

/**
 * Ids of all features of one file, in order: `idField` where one is named, else `properties.id` where it is present and
 * no other feature has the same, else the feature's own `id` on the same terms, else `row-N` with N from 1.
 * Throws a usage error when the named field is missing somewhere or repeats.
 */
export function assignIds(features: readonly IdSource[], idField: string | undefined, source: string): string[] {
  if (idField !== undefined) return idsOfField(features, idField, source);
  const fromProperties = uniqueOnly(features.map((feature) => memberText(feature.properties, 'id')));
  const fromFeature = uniqueOnly(features.map((feature) => idText(feature.featureId)));
  return features.map((_, index) => fromProperties[index] ?? fromFeature[index] ?? `row-${index + 1}`);
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
      const there = Object.keys(feature.properties).slice(0, 8).join(', ') || 'none';
      throw usageError(
        `--id-field ${idField}: feature ${index + 1} of ${source} has no text or number there (its fields: ${there}). ` +
          'Name a field that every feature has, or leave --id-field away.',
      );
    }
    const first = seen.get(id);
    if (first !== undefined) {
      throw usageError(
        `--id-field ${idField}: features ${first + 1} and ${index + 1} of ${source} both have "${id}" there. ` +
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
