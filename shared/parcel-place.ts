type Named = '' | ` (${string})`;

/** Where a row stands in a parcel file, as readers write it: `feature 3`, `Placemark 3 (Champ nord)`, `lines 2 to 7`. */
export type FilePlace =
  | `${'feature' | 'record' | 'row' | 'line'} ${number}`
  | `lines ${number} to ${number}`
  | `${'Placemark' | 'track' | 'route'} ${number}${Named}`
  | 'the waypoints';

/** The kinds of places, each with the form that a place of it has. Numbers count from 1. */
export const PLACE_FORMS = {
  feature: /^feature (?<n>\d+)$/,
  record: /^record (?<n>\d+)$/,
  row: /^row (?<n>\d+)$/,
  line: /^line (?<n>\d+)$/,
  lines: /^lines (?<n>\d+) to (?<to>\d+)$/,
  placemark: /^Placemark (?<n>\d+)(?: \((?<name>[\s\S]*)\))?$/,
  track: /^track (?<n>\d+)(?: \((?<name>[\s\S]*)\))?$/,
  route: /^route (?<n>\d+)(?: \((?<name>[\s\S]*)\))?$/,
  waypoints: /^the waypoints$/,
} as const;

export type PlaceKind = keyof typeof PLACE_FORMS;

interface ReadPlace {
  readonly kind: PlaceKind;
  /** Digits as they stand; empty where the kind has none. */
  readonly n: string;
  readonly to: string;
  /** As the file calls it; null where it has no name. */
  readonly name: string | null;
}

/** A place taken apart, to be said in another language; null for a text that is none. */
export function readPlace(text: string): ReadPlace | null {
  for (const [kind, form] of Object.entries(PLACE_FORMS)) {
    const found = form.exec(text);
    if (found === null) continue;
    const { n = '', to = '', name = null } = found.groups ?? {};
    return { kind: kind as PlaceKind, n, to, name };
  }
  return null;
}
