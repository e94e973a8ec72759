import { type CheckFinding, IMPORT_LIMITS, type JsonValue } from '../../../shared/parcel-check.ts';
import { finding, shownText } from './findings.ts';

/** Longest text that is kept of one property. */
const LONGEST_TEXT = 20_000;
const LONGEST_NAME = 256;
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
    const [kept, fault] = keepNamed(name, value);
    if (fault !== null) {
      const { text: reason, ...values } = fault;
      const text = `The property "${shownText(name)}" ${reason} and was left out.`;
      const about = { ...values, property: shownText(name) };
      findings.push(finding('property-left-out', 'warning', text, { values: about }));
    } else properties[name] = kept;
  }
  if (count > MOST_PROPERTIES) {
    const text = `It has ${count.toLocaleString('en')} properties; the first ${MOST_PROPERTIES.toLocaleString('en')} were kept.`;
    findings.push(
      finding('property-left-out', 'warning', text, {
        values: { why: 'many', properties: count, limit: MOST_PROPERTIES },
      }),
    );
  }
  return { properties, findings };
}

/** Why something was left out: in words, by its kind, and what else a sentence needs. */
interface Fault {
  readonly text: string;
  readonly why: 'name' | 'long-name' | 'inner-name' | 'long-text' | 'kind';
  readonly characters?: number;
  readonly limit?: number;
  readonly inner?: string;
}

type Kept = [kept: JsonValue, fault: null] | [kept: undefined, fault: Fault];

function keepNamed(name: string, value: unknown): Kept {
  if (LEFT_OUT.has(name)) return [undefined, { text: 'has a name that is not accepted', why: 'name' }];
  const [kept, fault] = keep(value, 0);
  if (fault !== null) return [undefined, fault];
  if (name.length <= LONGEST_NAME) return [kept, null];
  const text = `has a name of more than ${LONGEST_NAME} characters`;
  return [undefined, { text, why: 'long-name', limit: LONGEST_NAME }];
}

function keep(value: unknown, depth: number): Kept {
  if (value === null || value === undefined) return [null, null];
  if (typeof value === 'string') {
    return value.length > LONGEST_TEXT ? [undefined, longText(value.length)] : [value, null];
  }
  if (typeof value === 'number') return [Number.isFinite(value) ? value : null, null];
  if (typeof value === 'boolean') return [value, null];
  if (typeof value === 'bigint') return [String(value), null];
  if (typeof value !== 'object' || value instanceof Uint8Array || depth >= IMPORT_LIMITS.nesting) {
    return [undefined, { text: 'holds something that is no text, number or list', why: 'kind' }];
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? [null, null] : [value.toISOString(), null];
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value) {
      const [kept, fault] = keep(item, depth + 1);
      if (fault !== null) return [undefined, fault];
      items.push(kept);
    }
    return [items, null];
  }
  const members = Object.create(null) as Record<string, JsonValue>;
  for (const [name, member] of Object.entries(value)) {
    if (LEFT_OUT.has(name)) {
      return [undefined, { text: `holds the name ${name}, which is not accepted`, why: 'inner-name', inner: name }];
    }
    const [kept, fault] = keep(member, depth + 1);
    if (fault !== null) return [undefined, fault];
    members[name] = kept;
  }
  return [members, null];
}

function longText(characters: number): Fault {
  const [got, most] = [characters, LONGEST_TEXT].map((count) => count.toLocaleString('en'));
  const text = `holds ${got} characters (at most ${most} are kept)`;
  return { text, why: 'long-text', characters, limit: LONGEST_TEXT };
}
