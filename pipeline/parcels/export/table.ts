import type { GeoJsonGeometry } from '../../../shared/api.ts';
import type { JsonValue, ParcelAttributes } from '../../../shared/parcel-check.ts';
import type { ParcelVersion, Provenance } from '../../../shared/register.ts';
import { shownText } from '../formats/findings.ts';
import { withoutPersonal } from '../personal-headings.ts';

export type ColumnType = 'text' | 'integer' | 'double' | 'boolean' | 'json';

export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly description?: string;
  readonly unit?: string;
}

export interface ExportRow {
  readonly id: string;
  /** Exteriors counter-clockwise, holes clockwise (RFC 7946); every digit as it is. */
  readonly geometry: GeoJsonGeometry;
  /** By column; a column that is not there was not said, null was said to be nothing. */
  readonly values: ReadonlyMap<string, JsonValue>;
}

/** Parcels as every format takes them. */
export interface ExportTable {
  readonly columns: readonly ExportColumn[];
  readonly rows: readonly ExportRow[];
  /** Newest time in it, UTC; what a format wants as its own date. */
  readonly newest: string;
  /** What is left out or changed whatever the format, one sentence each. */
  readonly limits: readonly string[];
}

/** A parcel of a file, not of a register. */
export interface LooseParcel {
  readonly id: string;
  readonly geometry: GeoJsonGeometry;
  readonly attributes: ParcelAttributes;
  /** Null where it cannot be measured. */
  readonly parcelHa: number | null;
  readonly source: NonNullable<Provenance['file']>;
}

type Entry = readonly [column: ExportColumn, value: JsonValue];

const text = (name: string, description: string): ExportColumn => ({ name, type: 'text', description });

const ID = text('id', 'Id of the parcel');
const NAME = text('name', 'Name of the parcel');
const INTERVENTION = text('intervention', 'What is planned or done on it');
const START_DATE = text('start_date', 'Day on which the work starts or started, UTC');
const STATED_HA: ExportColumn = { name: 'stated_ha', type: 'double', unit: 'ha', description: 'Area as stated' };
const PARCEL_HA: ExportColumn = {
  name: 'parcel_ha',
  type: 'double',
  unit: 'ha',
  description: 'True area on the ellipsoid WGS 84 (GeographicLib)',
};
const TENURE = text('tenure', 'Tenure record; personal data');
const CONSENT = text('consent', 'Consent record; personal data');
const VERSION: ExportColumn = { name: 'canopy_version', type: 'integer', description: 'Version of the parcel, from 1' };
const MENDS: ExportColumn = { name: 'canopy_mends', type: 'json', description: 'Mends that a person accepted' };
const FROM: ExportColumn = { name: 'canopy_from', type: 'json', description: 'Parcels it was split from or merged of' };
const REGION = text('canopy_region', 'Region of the twin that the parcel belongs to');
const STATE = text('canopy_state', 'active or withdrawn');
const AT = text('canopy_at', 'When the version was made, UTC');
const GEOMETRY_SHA256 = text('canopy_geometry_sha256', 'SHA-256 of the canonical geometry');
const SOURCE = text('canopy_source', 'How the version came about: drawn, imported and so on');
const SOURCE_FILE = text('canopy_source_file', 'Name of the file it was imported from');
const SOURCE_FORMAT = text('canopy_source_format', 'Format of that file');
const SOURCE_SHA256 = text('canopy_source_sha256', 'SHA-256 of that file');
const SOURCE_PLACE = text('canopy_source_place', 'Where in that file');
const SOURCE_CRS = text('canopy_source_crs', 'CRS that a person named for that file, which states none');
const SOURCE_LAYER = text('canopy_source_layer', 'Layer that a person chose in that file');
const AUTHOR = text('canopy_author', 'Who made the version; personal data');
const REASON = text('canopy_reason', 'Why, in their words; personal data');

/**
 * The table of registered versions, in their order. Tenure, consent, author, reason and what else of the source files is
 * about people only with `withPersonal`.
 */
export function tableOfVersions(versions: readonly ParcelVersion[], withPersonal: boolean): ExportTable {
  const parcels = versions.map((version) => ({ parcel: version, entries: entriesOfVersion(version, withPersonal) }));
  const newest =
    versions
      .map(({ at }) => at)
      .toSorted()
      .at(-1) ?? '';
  const left = withPersonal ? [] : ['Tenure, consent, author and reason were left out: they are personal data.'];
  return makeTable(parcels, { newest, withPersonal, limits: left });
}

/** The table of parcels of a file. Tenure, consent and what else is about people only with `withPersonal`. */
export function tableOfParcels(parcels: readonly LooseParcel[], withPersonal: boolean): ExportTable {
  const made = parcels.map((parcel) => {
    const entries = [...entriesOfParcel(parcel, withPersonal), ...entriesOfFile(parcel.source)];
    return { parcel, entries };
  });
  const hasPersonal = parcels.some(({ attributes: { tenure, consent } }) => tenure !== null || consent !== null);
  const limits = hasPersonal && !withPersonal ? ['Tenure and consent were left out: they are personal data.'] : [];
  return makeTable(made, { newest: '', withPersonal, limits });
}

function entriesOfParcel({ id, attributes, parcelHa }: ParcelVersion | LooseParcel, withPersonal: boolean): Entry[] {
  const { name, intervention, startDate, statedHa, tenure, consent } = attributes;
  const personal: Entry[] = [
    [TENURE, tenure],
    [CONSENT, consent],
  ];
  return [
    [ID, id],
    [NAME, name],
    [INTERVENTION, intervention],
    [START_DATE, startDate],
    [STATED_HA, statedHa],
    [PARCEL_HA, parcelHa],
    ...(withPersonal ? personal : []),
  ];
}

function entriesOfFile(file: Provenance['file']): Entry[] {
  return [
    [SOURCE_FILE, file?.name ?? null],
    [SOURCE_FORMAT, file?.format ?? null],
    [SOURCE_SHA256, file?.sha256 ?? null],
    [SOURCE_PLACE, file?.place ?? null],
    [SOURCE_CRS, file?.assumedCrs ?? null],
    [SOURCE_LAYER, file?.layer ?? null],
  ];
}

function entriesOfVersion(version: ParcelVersion, withPersonal: boolean): Entry[] {
  const { kind, file, from, mends } = version.provenance;
  const personal: Entry[] = [
    [AUTHOR, version.author],
    [REASON, version.reason],
  ];
  return [
    ...entriesOfParcel(version, withPersonal),
    [VERSION, version.version],
    [REGION, version.regionId],
    [STATE, version.state],
    [AT, version.at],
    [GEOMETRY_SHA256, version.geometrySha256],
    [SOURCE, kind],
    ...entriesOfFile(file),
    [MENDS, mends.length === 0 ? null : mends.map((mend) => ({ ...mend }))],
    [FROM, from.length === 0 ? null : from.map((parcel) => ({ ...parcel }))],
    ...(withPersonal ? personal : []),
  ];
}

interface Made {
  readonly parcel: ParcelVersion | LooseParcel;
  readonly entries: readonly Entry[];
}

function makeTable(
  given: readonly Made[],
  about: { readonly newest: string; readonly withPersonal: boolean; readonly limits: readonly string[] },
): ExportTable {
  const { made, limit } = about.withPersonal ? { made: given, limit: [] } : leavePersonalOut(given);
  const own = new Map(made.flatMap(({ entries }) => entries.map(([column]) => [column.name, column] as const)));
  const more = new Map<string, JsonValue[]>();
  for (const { parcel } of made) {
    for (const [name, value] of Object.entries(parcel.attributes.more)) {
      const values = more.get(name) ?? [];
      values.push(value);
      more.set(name, values);
    }
  }
  const renamed = renameAll([...more.keys()], new Set(own.keys()));
  const columns = [
    ...own.values(),
    ...[...more].map(([name, values]) => ({ name: renamed.get(name)!, type: typeOf(values) })),
  ];
  const rows = made.map(({ parcel, entries }): ExportRow => {
    const values = new Map<string, JsonValue>(entries.map(([{ name }, value]) => [name, value]));
    for (const [name, value] of Object.entries(parcel.attributes.more)) values.set(renamed.get(name)!, value);
    return { id: parcel.id, geometry: parcel.geometry, values };
  });
  const changed = [...renamed].filter(([name, given]) => name !== given);
  const limits = [
    ...about.limits,
    ...limit,
    ...changed.map(
      ([name, given]) => `The attribute "${name}" is called "${given}": its name is that of a column of the register.`,
    ),
    ...(more.size > 0 && !about.withPersonal
      ? [
          'Further attributes of the source files are in it as they were given; look through them for names of people before you publish it.',
        ]
      : []),
  ];
  return { columns, rows, newest: about.newest, limits };
}

/** The parcels without further attributes about people, and a sentence that names those. */
function leavePersonalOut(given: readonly Made[]): {
  readonly made: readonly Made[];
  readonly limit: readonly string[];
} {
  const headings = new Set<string>();
  const made = given.map(({ parcel, entries }) => {
    const { more, leftOut } = withoutPersonal(parcel.attributes.more);
    for (const heading of leftOut) headings.add(heading);
    return { parcel: { ...parcel, attributes: { ...parcel.attributes, more } }, entries };
  });
  const names = [...headings].map((heading) => `"${shownText(heading)}"`).join(', ');
  return { made, limit: headings.size === 0 ? [] : [`Attributes left out as personal: ${names}.`] };
}

/** Names of attributes beside those in `taken`, which keep theirs. */
function renameAll(names: readonly string[], taken: Set<string>): Map<string, string> {
  const used = new Set([...taken, ...names]);
  return new Map(
    names.map((name) => {
      if (!taken.has(name)) return [name, name];
      let given = `${name}_2`;
      for (let n = 3; used.has(given); n++) given = `${name}_${n}`;
      used.add(given);
      return [name, given];
    }),
  );
}

function typeOf(values: readonly JsonValue[]): ColumnType {
  const said = values.filter((value) => value !== null);
  if (said.length === 0 || said.every((value) => typeof value === 'string')) return 'text';
  if (said.every((value) => typeof value === 'boolean')) return 'boolean';
  if (said.every((value) => typeof value === 'number')) return said.every(Number.isSafeInteger) ? 'integer' : 'double';
  return 'json';
}
