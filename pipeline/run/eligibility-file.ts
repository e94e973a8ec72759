import type { Eligibility, Light } from '../../shared/eligibility.ts';
import { isCanopyError } from '../../shared/errors.ts';
import { INTERVENTIONS, type Intervention, type ParcelCandidate } from '../../shared/parcel-check.ts';
import type { ParcelFile } from '../parcels/formats/read-file.ts';
import { createProgress } from '../queue/progress.ts';
import { type EligibilityLayer, type EligibilityPlaces, openEligibility } from './eligibility.ts';
import { createImporter } from './import-parcels.ts';
import type { RunContext } from './prepare.ts';
import { stopped } from './stopped.ts';

export interface EligibilityFileRequest extends EligibilityPlaces {
  /** Absolute path of a parcel file of any format. */
  readonly parcels: string;
  readonly idField: string | null;
  /** What the file does not say itself; see `ReadOptions`. */
  readonly assumeCrs: string | null;
  readonly layer: string | null;
  /** For parcels whose `intervention` property says nothing; null: nothing is taken for granted. */
  readonly intervention: Intervention | null;
  /** For every parcel without a `reviewer_note` of its own. */
  readonly note: string | null;
}

export interface AssessedParcel {
  readonly index: number;
  readonly id: string;
  readonly intervention: Intervention | null;
  /** null where the parcel cannot be measured; `refusal` says why. */
  readonly eligibility: Eligibility | null;
  readonly refusal: string | null;
}

/** What `canopy parcels eligibility --json` prints; more members may follow. */
export interface EligibilityReport {
  readonly summary: Readonly<Record<Light | 'refused', number>> & { readonly file: string; readonly parcels: number };
  readonly layers: readonly EligibilityLayer[];
  readonly notes: readonly string[];
  readonly parcels: readonly AssessedParcel[];
}

/** Judges every parcel of a file, one after the other; memory does not grow with their size. Errors: those of the files. */
export async function assessFile(
  request: EligibilityFileRequest,
  { signal, write, isTty }: Pick<RunContext, 'signal' | 'write' | 'isTty'>,
): Promise<EligibilityReport> {
  const { parcels: source } = request;
  const file = await readCandidates(request);
  const eligibility = await openEligibility(request);
  const parcels: AssessedParcel[] = [];
  const progress = createProgress({
    total: file.candidates.length,
    unitName: 'parcels',
    write,
    isTty,
    now: Date.now,
  });
  try {
    for (const candidate of file.candidates) {
      if (signal.aborted) throw stopped();
      parcels.push(await assessOne(candidate, request, eligibility.assess));
      progress.advance();
    }
  } finally {
    await eligibility.close();
  }
  progress.finish();
  const notes = [...file.notes, ...notesOfLayer(request, file), ...eligibility.notes];
  return { summary: summaryOf(source, parcels), layers: eligibility.layers, notes, parcels };
}

async function readCandidates({ parcels, idField, assumeCrs, layer }: EligibilityFileRequest): Promise<ParcelFile> {
  const importer = createImporter();
  try {
    return await importer.read(parcels, { idField, assumeCrs, layer });
  } finally {
    await importer.close();
  }
}

/** `--layer` and `--layers` are one letter apart: a name that chose nothing is told. */
function notesOfLayer({ layer }: EligibilityFileRequest, { used }: ParcelFile): string[] {
  if (layer === null || used.layer !== null) return [];
  return [`The parcel file leaves no layer to choose: --layer ${layer} was not used. Maps come with --layers.`];
}

async function assessOne(
  { id, index, geometry, attributes }: ParcelCandidate,
  request: EligibilityFileRequest,
  assess: Awaited<ReturnType<typeof openEligibility>>['assess'],
): Promise<AssessedParcel> {
  const intervention = attributes.intervention ?? request.intervention;
  const own = attributes.more.reviewer_note;
  const note = typeof own === 'string' && own.trim() !== '' ? own : request.note;
  const refuse = (text: string) => ({ index, id, intervention, eligibility: null, refusal: text });
  if (geometry === null) return refuse(`Parcel ${id} has no geometry; draw it, or remove it.`);
  try {
    return {
      index,
      id,
      intervention,
      refusal: null,
      eligibility: await assess({ geometry, intervention, note, startDate: attributes.startDate }),
    };
  } catch (error) {
    if (!isCanopyError(error) || !error.code.startsWith('E_PARCEL_')) throw error;
    return refuse(error.message.replace('The parcel', `Parcel ${id}`));
  }
}

/** One of the six interventions, in any case and with blanks for hyphens; null for anything else. */
export function interventionOf(value: unknown): Intervention | null {
  if (typeof value !== 'string') return null;
  const word = value
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  return INTERVENTIONS.find((each) => each === word) ?? null;
}

function summaryOf(file: string, parcels: readonly AssessedParcel[]): EligibilityReport['summary'] {
  const count = (light: Light) => parcels.filter(({ eligibility }) => eligibility?.light === light).length;
  return {
    file,
    parcels: parcels.length,
    pass: count('pass'),
    'more-information': count('more-information'),
    fail: count('fail'),
    refused: parcels.filter(({ eligibility }) => eligibility === null).length,
  };
}
