/** Careful looks into JSON that others wrote: each returns null where the value is not of the kind wanted. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The first of `names` that is a non-empty text in `object`. */
export function firstText(object: JsonObject, names: readonly string[]): string | null {
  for (const name of names) {
    const text = asText(object[name]);
    if (text !== null) return text;
  }
  return null;
}

export interface StacLink {
  readonly rel: string;
  readonly href: string;
  readonly raw: JsonObject;
}

export function linksOf(document: JsonObject): StacLink[] {
  return asArray(document.links).flatMap((value) => {
    const raw = asObject(value);
    const rel = asText(raw?.rel);
    const href = asText(raw?.href);
    return raw && rel && href ? [{ rel, href, raw }] : [];
  });
}
