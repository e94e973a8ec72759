import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { inputError } from '../../shared/errors.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import { findGeometryFault } from '../../shared/geometry/validity.ts';
import type { ParcelCandidate, ParcelFormat } from '../../shared/parcel-check.ts';
import { type Exported, type ExportOptions, exportLooseParcels } from '../parcels/export/export-parcels.ts';
import type { LooseParcel } from '../parcels/export/table.ts';
import { writeFileAtomic } from '../store/files.ts';
import type { DatabasePlace } from './database.ts';
import { fileAnswers } from './file-answers.ts';
import { createImporter } from './import-parcels.ts';
import { checkOut } from './out.ts';
import { registerFolder } from './register.ts';
import { openRegisterHere } from './register-here.ts';

/** What `canopy parcels export` was asked for. */
export interface ExportRequest {
  readonly source:
    | { readonly kind: 'register'; readonly place: DatabasePlace; readonly state: 'active' | 'all' }
    | {
        readonly kind: 'file';
        /** Absolute path. */
        readonly path: string;
        readonly idField: string | null;
        readonly assumeCrs: string | null;
        readonly layer: string | null;
      };
  readonly format: ParcelFormat;
  /** Absolute path; what a format has beside its file gets the same name and more. */
  readonly out: string;
  readonly withPersonal: boolean;
  readonly attribution: readonly string[];
}

export interface ExportOutcome {
  readonly report: Exported['report'];
  /** Absolute paths of what was written. */
  readonly written: readonly string[];
  /** Parcels of a file that have no boundary to write, one sentence each. */
  readonly leftOut: readonly string[];
  /** About the file that was read, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Writes the parcels of a register, or of a parcel file, in another format. Throws what reading and writing throw; E_REGISTER
 * where there is no register, E_NO_PARCELS where no parcel of the file can be written.
 */
export async function exportParcelsTo(request: ExportRequest, signal: AbortSignal): Promise<ExportOutcome> {
  const { source, out } = request;
  await checkOut([out], source.kind === 'file' ? [source.path] : []);
  const made =
    source.kind === 'file' ? await exportFile(request, source, signal) : await exportRegister(request, source);
  const [main, ...beside] = made.exported.files;
  const files = [
    { path: out, bytes: main!.bytes },
    ...beside.map(({ name, bytes }) => ({ path: `${out}${name.slice(main!.name.length)}`, bytes })),
  ];
  for (const { path, bytes } of files) await writeFileAtomic(path, bytes);
  const { leftOut, notes } = made;
  return { report: made.exported.report, written: files.map(({ path }) => path), leftOut, notes };
}

interface Made {
  readonly exported: Exported;
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
}

function optionsOf(
  { format, out, withPersonal, attribution }: ExportRequest,
  from: { readonly attribution: string; readonly synthetic?: boolean | undefined },
): ExportOptions {
  const name = basename(out, extname(out));
  const provenance = { attribution: [from.attribution, ...attribution], synthetic: from.synthetic };
  return { format, withPersonal, name, provenance };
}

/** What the run says that a register's folder lies beside; undefined where there is none, or it does not say. */
async function readSynthetic(folder: string): Promise<boolean | undefined> {
  const results = folder.replace(/-register[\\/]*$/, '');
  try {
    const run = JSON.parse(await readFile(join(results, 'run.json'), 'utf8')) as {
      readonly synthetic?: unknown;
    } | null;
    return typeof run?.synthetic === 'boolean' ? run.synthetic : undefined;
  } catch {
    return undefined;
  }
}

async function exportRegister(
  request: ExportRequest,
  source: ExportRequest['source'] & { kind: 'register' },
): Promise<Made> {
  const { place, state } = source;
  const folder = existsSync(join(place.folder, 'run.json')) ? registerFolder(place.folder) : place.folder;
  if (place.url === null && !existsSync(folder)) {
    const text = `There is no register at ${folder}. Name the folder that "canopy serve" keeps it in, with --register.`;
    throw inputError('E_REGISTER', text, folder);
  }
  const register = openRegisterHere({ ...place, folder });
  try {
    const { revision } = await register.call('state', {});
    const options = optionsOf(request, {
      attribution: `Register of parcels, revision ${revision}`,
      synthetic: place.url === null ? await readSynthetic(folder) : undefined,
    });
    const exported = await register.call('export', { boxes: null, state, options });
    return { exported, leftOut: [], notes: [] };
  } finally {
    await register.close();
  }
}

async function exportFile(
  request: ExportRequest,
  source: ExportRequest['source'] & { kind: 'file' },
  signal: AbortSignal,
): Promise<Made> {
  const name = basename(source.path);
  const importer = createImporter();
  const stop = () => void importer.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { format, candidates, notes, used } = await importer.read(source.path, { ...source, name });
    const sha256 = createHash('sha256')
      .update(await readFile(source.path))
      .digest('hex');
    const file = { name, sha256, format, ...fileAnswers(used) };
    const judged = await Promise.all(
      candidates.map((candidate) => toLooseParcel(candidate, { ...file, place: candidate.place })),
    );
    const leftOut = judged.filter((one) => typeof one === 'string');
    const parcels = judged.filter((one) => typeof one !== 'string');
    if (parcels.length === 0) {
      throw inputError('E_NO_PARCELS', `No parcel of ${name} has a boundary that can be written. ${leftOut[0]}`, name);
    }
    const attribution = `Parcels of ${name} (SHA-256 ${sha256})`;
    const exported = await exportLooseParcels(parcels, optionsOf(request, { attribution }));
    return { exported, leftOut, notes };
  } finally {
    signal.removeEventListener('abort', stop);
    await importer.close();
  }
}

/** The parcel, its boundary as given; or why it has none that can be written. Its area only where that is beyond doubt. */
async function toLooseParcel(candidate: ParcelCandidate, source: LooseParcel['source']): Promise<LooseParcel | string> {
  const { id, geometry, attributes, place, findings } = candidate;
  const rings = readRings(geometry);
  if (rings.fault) {
    const why = findings.find(({ severity }) => severity === 'error')?.message ?? `It ${rings.fault.text}`;
    return `${id} (${place}): ${why}`;
  }
  const fault = await findGeometryFault(rings.value);
  return { id, geometry: geometry!, attributes, parcelHa: fault === null ? measureAreaHa(rings.value) : null, source };
}
