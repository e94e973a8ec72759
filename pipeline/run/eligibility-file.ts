import { readFile } from 'node:fs/promises';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { Eligibility, Light } from '../../shared/eligibility.ts';
import { inputError, isCanopyError } from '../../shared/errors.ts';
import { INTERVENTIONS, type Intervention } from '../../shared/parcel-check.ts';
import { type NamedFeature, readFeatureFile } from '../parcels/features.ts';
import { createProgress } from '../queue/progress.ts';
import { type EligibilityLayer, type EligibilityPlaces, openEligibility } from './eligibility.ts';
import type { RunContext } from './prepare.ts';
import { stopped } from './stopped.ts';

export interface EligibilityFileRequest extends EligibilityPlaces {
  /** Absolute path of a GeoJSON file. */
  readonly parcels: string;
  readonly idField: string | null;
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
  const { parcels: source, idField } = request;
  const file = readFeatureFile(await readParcels(source), { source, idField: idField ?? undefined });
  const eligibility = await openEligibility(request);
  const parcels: AssessedParcel[] = [];
  const progress = createProgress({
    total: file.features.length,
    unitName: 'parcels',
    write,
    isTty,
    now: Date.now,
  });
  try {
    for (const named of file.features) {
      if (signal.aborted) throw stopped();
      parcels.push(await assessOne(named, request, eligibility.assess));
      progress.advance();
    }
  } finally {
    await eligibility.close();
  }
  progress.finish();
  const notes = [...(file.idNote === null ? [] : [file.idNote]), ...eligibility.notes];
  return { summary: summaryOf(source, parcels), layers: eligibility.layers, notes, parcels };
}

async function readParcels(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw inputError('E_PARCELS_FILE', `${path} cannot be read (${code}). Check the name and its rights.`, path, cause);
  }
}

async function assessOne(
  { id, index, feature, fault }: NamedFeature,
  request: EligibilityFileRequest,
  assess: Awaited<ReturnType<typeof openEligibility>>['assess'],
): Promise<AssessedParcel> {
  const intervention = interventionOf(feature.properties.intervention) ?? request.intervention;
  const own = feature.properties.reviewer_note;
  const note = typeof own === 'string' && own.trim() !== '' ? own : request.note;
  const refuse = (text: string) => ({ index, id, intervention, eligibility: null, refusal: text });
  if (fault !== null) return refuse(`Parcel ${id} ${fault.text}`);
  try {
    const geometry = feature.geometry as GeoJsonGeometry;
    return { index, id, intervention, refusal: null, eligibility: await assess({ geometry, intervention, note }) };
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
