import type { Mended } from '../../shared/checks/mend.ts';
import { hectares } from '../../shared/checks/numbers.ts';
import { inputError, isCanopyError } from '../../shared/errors.ts';
import type { ParcelCandidate } from '../../shared/parcel-check.ts';
import { systemCode } from '../disk-error.ts';
import { shownText } from '../parcels/formats/findings.ts';
import { withoutPersonal } from '../parcels/personal-headings.ts';
import { writeFileAtomic } from '../store/files.ts';

/** What was written, for people. */
export interface MendedFile {
  readonly path: string;
  readonly parcels: number;
  readonly mended: number;
  /** One sentence for each parcel that is another one now, or is missing, and one on attributes that were left out. */
  readonly changes: readonly string[];
}

/**
 * Writes parcels with their proposals applied as GeoJSON. Parcels that still have an error are left out, and named.
 * Tenure, consent and what else is about people stay out unless `withPersonal`, and what else is named.
 */
export async function writeMended(
  path: string,
  mended: readonly Mended[],
  { withPersonal }: { readonly withPersonal: boolean },
): Promise<MendedFile> {
  const kept = mended.filter((one) => reasonLeftOut(one) === null);
  const features = kept.map(({ candidate, steps }) => ({
    type: 'Feature',
    properties: propertiesOf(
      candidate,
      steps.map(({ kind }) => kind),
      withPersonal,
    ),
    geometry: candidate.geometry,
  }));
  const lines = features.map((feature) => JSON.stringify(feature)).join(',\n');
  await writeFileAtomic(path, `{"type":"FeatureCollection","features":[\n${lines}\n]}\n`).catch((error: unknown) => {
    const code = systemCode(error);
    if (isCanopyError(error) || code === '') throw error;
    const text = `The mended parcels cannot be written to ${path} (${code}). Name a file in a folder that is there and may be written to.`;
    throw inputError('E_OUT', text, path, error);
  });
  const changes = mended.map(describeMended).filter((sentence) => sentence !== null);
  const personal = withPersonal
    ? []
    : kept.flatMap(({ candidate }) => withoutPersonal(candidate.attributes.more).leftOut);
  const names = [...new Set(personal)].map((heading) => `"${shownText(heading)}"`).join(', ');
  if (names !== '') changes.push(`Attributes left out as personal: ${names}.`);
  return { path, parcels: kept.length, mended: kept.filter(({ steps }) => steps.length > 0).length, changes };
}

function propertiesOf(
  { id, attributes }: ParcelCandidate,
  mends: readonly string[],
  withPersonal: boolean,
): Readonly<Record<string, unknown>> {
  const { name, intervention, startDate, statedHa, tenure, consent } = attributes;
  const more = withPersonal ? attributes.more : withoutPersonal(attributes.more).more;
  const personal = withPersonal ? { tenure, consent } : {};
  const own = { id, name, intervention, start_date: startDate, stated_ha: statedHa, ...personal };
  const given = Object.entries(own).filter(([, value]) => value !== null);
  return { ...more, ...Object.fromEntries(given), ...(mends.length > 0 ? { mended: mends.join(', ') } : {}) };
}

/** Why a parcel is not among the mended ones; null where it is. */
function reasonLeftOut({ isLeftOut, checked, steps }: Mended): string | null {
  if (isLeftOut) return steps.at(-1)!.message;
  const fault = checked.findings.find(({ severity }) => severity === 'error');
  return fault ? fault.message : null;
}

function describeMended(one: Mended): string | null {
  const { candidate, steps, haBefore, haAfter } = one;
  const left = reasonLeftOut(one);
  if (left !== null) return `${candidate.id} (${candidate.place}) is left out: ${left}`;
  if (steps.length === 0) return null;
  const did = new Map<string, number>();
  for (const { message } of steps) did.set(message, (did.get(message) ?? 0) + 1);
  const words = [...did].map(
    ([message, times]) => `${message.replace(/\.$/, '')}${times > 1 ? ` (${times} times)` : ''}`,
  );
  return `${candidate.id} (${candidate.place}): ${describeHectares(haBefore, haAfter)}. ${words.join('; ')}.`;
}

function describeHectares(before: number | null, after: number | null): string {
  if (after === null) return 'cannot be measured';
  if (before === null) return `now has ${hectares(after)}, could not be measured before`;
  const change = Math.abs(after - before);
  // A tenth of a square metre is what rounding does to a field.
  if (change * 10_000 < 0.05) return `${hectares(after)} as before`;
  return `${hectares(before)}, now ${hectares(change)} ${after > before ? 'more' : 'less'}`;
}
