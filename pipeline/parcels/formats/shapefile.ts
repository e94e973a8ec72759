import { inputError } from '../../../shared/errors.ts';
import type { FilePlace } from '../../../shared/parcel-place.ts';
import { faultText, openBudget, toGeoJson, unreadable } from './binary-rows.ts';
import { type DbfTable, openDbf } from './dbf.ts';
import { finding, shownList, shownText } from './findings.ts';
import type { RawFeature, RawFile, ReadFormat, ReadOptions } from './format.ts';
import { findChoice } from './layer-choice.ts';
import { crsOfWkt } from './prj.ts';
import { openCrs } from './prj-convert.ts';
import { readProperties } from './properties.ts';
import { findRecords, type ShpRecord } from './shapefile-records.ts';
import { readShape, type Shape } from './shapefile-shape.ts';
import { readZip } from './zip.ts';

/** The files of one layer by their ending, lower case. */
type Layer = ReadonlyMap<string, Uint8Array>;

/**
 * Reads a shapefile from a zip, strictly: every length is held against the bytes that are there. A layer without `.prj`
 * is refused (`E_PARCELS_CRS_MISSING`) unless `assumeCrs` answers; without `.dbf` it is read with a note, without `.shx`
 * by walking. Throws input errors E_SHAPEFILE, E_SHAPEFILE_INCOMPLETE, E_PARCELS_LAYER, E_PARCELS_CRS,
 * E_PARCELS_COUNT, E_PARCELS_VERTICES and those of `readZip`.
 */
export const readShapefileZip: ReadFormat = async (bytes, options) =>
  readShapefile(await readZip(bytes, options.name), options);

/** The same from the unpacked files of a zip. */
export function readShapefile(files: ReadonlyMap<string, Uint8Array>, options: ReadOptions): RawFile {
  const { stem, layer, chosen, note } = chooseLayer(files, options);
  const prj = layer.get('prj');
  const crs = prj === undefined ? null : crsOfWkt(new TextDecoder('utf-8').decode(prj));
  const { convert, notes, assumedCrs } = openCrs(crs, options, `has no ${stem}.prj file`);
  const budget = openBudget(options.name);
  const records = findRecords({ shp: layer.get('shp')!, shx: layer.get('shx'), stem, name: options.name });
  budget.checkRows(records.list.length);
  const dbf = layer.get('dbf');
  const table = dbf === undefined ? null : openDbf(dbf, { stem, name: options.name, cpg: layer.get('cpg') });
  const { features, dropped } = readFeatures(records.list, table, (record, place) =>
    readRecord(record, place, { convert, takeVertices: budget.takeVertices }),
  );
  const counts = [
    ...notesOfTable(table, records.list.length, stem),
    ...(dropped > 0
      ? [`Z or M of ${dropped} ${dropped === 1 ? 'record' : 'records'} was left out: parcels are flat.`]
      : []),
  ];
  return {
    format: 'shapefile',
    features,
    used: { assumedCrs, layer: chosen },
    notes: [...note, ...notes, ...records.notes, ...(table?.notes ?? []), ...counts],
  };
}

interface ReadRow {
  readonly geometry: unknown;
  readonly findings: RawFeature['findings'];
  readonly isFlattened: boolean;
}

function readFeatures(
  records: readonly ShpRecord[],
  table: DbfTable | null,
  read: (record: ShpRecord, place: string) => ReadRow,
): { features: RawFeature[]; dropped: number } {
  let dropped = 0;
  const features = records.flatMap((record, row): RawFeature[] => {
    const attributes = table?.readRow(row) ?? null;
    if (attributes?.isDeleted) return [];
    const place: FilePlace = `record ${row + 1}`;
    const { geometry, findings, isFlattened } = read(record, place);
    if (isFlattened) dropped += 1;
    const stated = readProperties(Object.entries(attributes?.properties ?? {}));
    const all = [...findings, ...stated.findings];
    return [{ geometry, properties: stated.properties, featureId: undefined, place, findings: all }];
  });
  return { features, dropped };
}

function readRecord(
  record: ShpRecord,
  place: string,
  door: { convert: (pairs: Float64Array) => Float64Array; takeVertices: (count: number) => void },
): ReadRow {
  try {
    if (record.fault !== null)
      return { geometry: null, findings: [unreadable(place, record.fault)], isFlattened: false };
    const shape = readShape(record.content, door.takeVertices);
    if (shape === null) return { geometry: null, findings: [], isFlattened: false };
    return {
      geometry: toGeoJson(shape, door.convert),
      findings: findingsOf(shape, place),
      isFlattened: shape.isFlattened,
    };
  } catch (error) {
    return { geometry: null, findings: [unreadable(place, faultText(error))], isFlattened: false };
  }
}

function findingsOf(shape: Shape, place: string): RawFeature['findings'] {
  if (shape.windingNote === null) return [];
  const [severity, why] = shape.isDoubtful ? (['warning', 'contradicting'] as const) : (['note', 'reversed'] as const);
  return [finding('ring-winding', severity, `${place}: ${shape.windingNote}`, { values: { why } })];
}

function notesOfTable(table: DbfTable | null, shapes: number, stem: string): string[] {
  if (table === null) return [`There is no ${stem}.dbf: the parcels have no attributes and are called by their row.`];
  const notes: string[] = [];
  if (table.rows !== shapes) {
    const less = table.rows < shapes ? 'The last shapes have no attributes.' : 'The last rows were left out.';
    notes.push(
      `${stem}.shp has ${shapes} shape${shapes === 1 ? '' : 's'} and ${stem}.dbf ${table.rows} row${table.rows === 1 ? '' : 's'}. ${less} Check the file.`,
    );
  }
  const deleted = table.countDeleted(shapes);
  if (deleted > 0) notes.push(`${deleted} rows are marked as deleted in ${stem}.dbf and were left out.`);
  return notes;
}

function chooseLayer(files: ReadonlyMap<string, Uint8Array>, options: ReadOptions) {
  const layers = groupByStem(files);
  const whole = [...layers].filter(([, layer]) => layer.has('shp'));
  if (whole.length === 0) throw incomplete(layers, options.name);
  const names = whole.map(([stem]) => stem);
  const wanted = findChoice('shapefile', names, options);
  const orphans = [...layers].filter(([, other]) => !other.has('shp')).map(([name]) => name);
  const note = orphans.length === 0 ? [] : [`Left out, because its .shp is not there: ${shownList(orphans)}.`];
  return { stem: baseOf(wanted), layer: layers.get(wanted)!, chosen: whole.length > 1 ? wanted : null, note };
}

/** Layers by path without ending; endings in any case. */
function groupByStem(files: ReadonlyMap<string, Uint8Array>): Map<string, Map<string, Uint8Array>> {
  const layers = new Map<string, Map<string, Uint8Array>>();
  const stems = new Map<string, string>();
  for (const [path, bytes] of files) {
    const match = /^(.+)\.(shp|shx|dbf|prj|cpg)$/i.exec(path);
    if (match === null) continue;
    const key = match[1]!.toLowerCase();
    const stem = stems.get(key) ?? match[1]!;
    stems.set(key, stem);
    const layer = layers.get(stem) ?? new Map<string, Uint8Array>();
    layer.set(match[2]!.toLowerCase(), bytes);
    layers.set(stem, layer);
  }
  return layers;
}

function incomplete(layers: ReadonlyMap<string, Layer>, name: string) {
  const [first] = layers;
  if (first === undefined) {
    return inputError('E_SHAPEFILE_INCOMPLETE', `${name} holds no shapefile: no .shp file is in it.`, name);
  }
  const stem = baseOf(first[0]);
  const there = [...first[1].keys()].map((ending) => `${stem}.${ending}`);
  const missing = ['shp', 'dbf', 'prj'].filter((ending) => !first[1].has(ending)).map((ending) => `${stem}.${ending}`);
  return inputError(
    'E_SHAPEFILE_INCOMPLETE',
    `${name} is an incomplete shapefile: it holds only ${there.join(', ')}. ${missing[0]}, which has the shapes, is missing; ` +
      `put ${missing.join(', ')} into the same zip and try again.`,
    name,
  );
}

/** The name of a file without its folders, fit for a message. */
function baseOf(path: string): string {
  return shownText(path.slice(path.lastIndexOf('/') + 1));
}
