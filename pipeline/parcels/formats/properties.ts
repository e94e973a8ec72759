import { type CheckFinding, IMPORT_LIMITS, type JsonValue } from '../../../shared/parcel-check.ts';
import { finding, shownText } from './findings.ts';

/** Longest text that is kept of one property. */
const LONGEST_TEXT = 20_000;
const MOST_PROPERTIES = 1000;
/** Names that a careless program could take for an object's own machinery. */
const LEFT_OUT = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A record without a prototype of what a file states about a row. Names that could be taken for an object's own machinery
 * and texts above 20,000 characters are left out, and found.
 */
export function readProperties(entries: Iterable<readonly [name: string, value: unknown]>): {
  properties: Record<string, JsonValue>;
  findings: CheckFinding[];
} {
  const properties = Object.create(null) as Record<string, JsonValue>;
  const findings: CheckFinding[] = [];
  let count = 0;
  for (const [name, value] of entries) {
    count += 1;
    if (count > MOST_PROPERTIES) continue;
    const [kept, why] = LEFT_OUT.has(name) ? [undefined, 'has a name that is not accepted'] : keep(value, 0);
    if (why !== null || name.length > 256) {
      const text = `The property "${shownText(name)}" ${why ?? 'has a name of more than 256 characters'} and was left out.`;
      findings.push(finding('property-left-out', 'warning', text, { values: { property: shownText(name) } }));
    } else properties[name] = kept!;
  }
  if (count > MOST_PROPERTIES) {
    const text = `It has ${count.toLocaleString('en')} properties; the first ${MOST_PROPERTIES.toLocaleString('en')} were kept.`;
    findings.push(finding('property-left-out', 'warning', text, { values: { properties: count } }));
  }
  return { properties, findings };
}

type Kept = [kept: JsonValue, why: null] | [kept: undefined, why: string];

function keep(value: unknown, depth: number): Kept {
  if (value === null || value === undefined) return [null, null];
  if (typeof value === 'string') {
    return value.length > LONGEST_TEXT
      ? [
          undefined,
          `holds ${value.length.toLocaleString('en')} characters (at most ${LONGEST_TEXT.toLocaleString('en')} are kept)`,
        ]
      : [value, null];
  }
  if (typeof value === 'number') return [Number.isFinite(value) ? value : null, null];
  if (typeof value === 'boolean') return [value, null];
  if (typeof value === 'bigint') return [String(value), null];
  if (typeof value !== 'object' || value instanceof Uint8Array || depth >= IMPORT_LIMITS.nesting) {
    return [undefined, 'holds something that is no text, number or list'];
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? [null, null] : [value.toISOString(), null];
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value) {
      const [kept, why] = keep(item, depth + 1);
      if (why !== null) return [undefined, why];
      items.push(kept);
    }
    return [items, null];
  }
  const members = Object.create(null) as Record<string, JsonValue>;
  for (const [name, member] of Object.entries(value)) {
    const [kept, why] = LEFT_OUT.has(name)
      ? [undefined, `holds the name ${name}, which is not accepted`]
      : keep(member, depth + 1);
    if (why !== null) return [undefined, why];
    members[name] = kept!;
  }
  return [members, null];
}
