import type { ApiError } from '../../shared/api.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { ParcelFormat } from '../../shared/parcel-check.ts';
import type { ImportAnswer } from '../../shared/register.ts';

/** What a person said about a file because it does not say it itself; null: nothing. */
export interface FileAnswers {
  /** `EPSG:<code>` */
  readonly crs: string | null;
  readonly layer: string | null;
}

export const NO_ANSWERS: FileAnswers = { crs: null, layer: null };

export type FileRefusal = ApiError['error'];

/** What has to be answered before the file can be read. */
export type FileQuestion = { readonly asks: 'crs' } | { readonly asks: 'layer'; readonly layers: readonly string[] };

/** The server takes no longer name of a layer as an answer. */
const LONGEST_LAYER_NAME = 255;

/** The question behind a refusal; null where no answer would help. */
export function questionOf({ code, fields }: FileRefusal, answers: FileAnswers): FileQuestion | null {
  const layers = (fields?.layers ?? []).filter((name) => name.length <= LONGEST_LAYER_NAME);
  if (code === 'E_PARCELS_LAYER' && layers.length > 0) return { asks: 'layer', layers };
  // What the file itself names stands; only a CRS that was answered can be answered otherwise.
  const isCrs = code === 'E_PARCELS_CRS_MISSING' || (code === 'E_PARCELS_CRS' && answers.crs !== null);
  return isCrs ? { asks: 'crs' } : null;
}

/** Formats that may leave their CRS open and still be read; all others say it, ask for it or have only one. */
const READ_WITHOUT_CRS: readonly ParcelFormat[] = ['geojson', 'csv'];

/**
 * The question of a file that was read without its CRS although it is not in degrees, as its refusal would have asked it;
 * null where it has been answered or no answer would be used.
 */
export function crsAskedBy({ file, report }: ImportAnswer, answers: FileAnswers): FileRefusal | null {
  if (answers.crs !== null || !READ_WITHOUT_CRS.includes(file.format)) return null;
  for (const { findings } of report.parcels) {
    const found = findings.find(({ rule }) => rule === 'projected');
    if (found) return { code: 'E_PARCELS_CRS_MISSING', message: found.message };
  }
  return null;
}

/** Whether the same file may be taken a little later: the server had no time for it or no register, or broke off. */
export function isPassing({ code }: FileRefusal): boolean {
  return /^(?:E_TOO_OFTEN|E_REGISTER_BUSY|E_DATABASE_LOCKED|E_CANCELLED|HTTP_5\d\d)$/.test(code);
}

/** The CRS that was typed, such as `epsg 32631` or `32631`, as the server takes it: `EPSG:32631`; null where it is none. */
export function readCrs(text: string): string | null {
  const [, code] = /^\s*(?:epsg\s*:{0,2}\s*)?(\d{4,6})\s*$/i.exec(text) ?? [];
  return code === undefined ? null : `EPSG:${code}`;
}

export interface UtmZone {
  readonly crs: string;
  /** For people: `31N`. */
  readonly zone: string;
}

/** UTM zone on WGS 84 of the middle of a box; null beyond 84° N and 80° S, where there is none. */
export function utmOf([west, south, east, north]: Bbox): UtmZone | null {
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  if (lat > 84 || lat < -80) return null;
  const zone = Math.min(60, Math.max(1, Math.floor((lon + 180) / 6) + 1));
  return { crs: `EPSG:${(lat < 0 ? 32700 : 32600) + zone}`, zone: `${zone}${lat < 0 ? 'S' : 'N'}` };
}

/** Where a file is sent to be read. */
export function importAddress(name: string, region: string, { crs, layer }: FileAnswers): string {
  const said = { ...(crs === null ? {} : { crs }), ...(layer === null ? {} : { layer }) };
  return `/api/register/import?${new URLSearchParams({ name, region, ...said })}`;
}
