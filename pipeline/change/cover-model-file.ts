import { inputError } from '../../shared/errors.ts';
import type { Period } from '../../shared/result.ts';
import { FEATURE_NAMES, type FeatureName } from './cover-features.ts';
import type { CoverModel, CoverTerm } from './cover-model.ts';
import type { CoverValidation } from './cover-validation.ts';

export const COVER_MODEL_TYPE = 'twin-canopy-cover-model';
export const COVER_MODEL_VERSION = 1;

/** What `canopy calibrate` writes. Holds no time of day: the same inputs give the same bytes. */
export interface CoverModelFile {
  readonly type: typeof COVER_MODEL_TYPE;
  readonly version: typeof COVER_MODEL_VERSION;
  readonly model: CoverModel;
  /** How wrong it is, in one sentence. */
  readonly sentence: string;
  readonly validation: CoverValidation & { readonly blockM: number };
  /** The days whose scenes it was fitted on. */
  readonly years: Period;
  /** Sensor families of those scenes (`msi`, `oli`, `tm-etm`), and whether their NDVI was brought to that of one sensor. */
  readonly sensors: readonly string[];
  readonly harmonised: boolean;
  readonly mask: { readonly keepScl: readonly number[]; readonly dilateM: number };
  readonly reference: ReferenceFacts;
  readonly scenes: readonly string[];
  readonly inputs: readonly { readonly role: string; readonly name: string; readonly identity: string }[];
  readonly attribution: readonly string[];
  readonly synthetic: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

/** The reference raster and how its numbers became fractions on the grid of the scenes. */
export interface ReferenceFacts {
  readonly name: string;
  readonly sha256: string;
  /** fraction = stored number · scale. */
  readonly scale: number;
  /** Numbers that are no cover, beside the file's own nodata. */
  readonly nodata: readonly number[];
  /** `mean`: area-weighted mean of finer cells; `nearest`: cells as large as the scenes' or larger. */
  readonly method: 'mean' | 'nearest';
}

/**
 * Checks a parsed model file: its type and version, and every number that a prediction or a sentence of a run rests on.
 * @param where the file's name, for messages
 * @throws CanopyError (input) `E_COVER_MODEL` with what stands where and what was wanted
 */
export function parseCoverModel(value: unknown, where: string): CoverModelFile {
  const file = asRecord(value, { where, at: 'the file' });
  if (file.type !== COVER_MODEL_TYPE)
    throw modelError(where, `its "type" is ${show(file.type)}, not "${COVER_MODEL_TYPE}"`);
  if (file.version !== COVER_MODEL_VERSION)
    throw modelError(where, `it is of version ${show(file.version)}, and version ${COVER_MODEL_VERSION} is read here`);
  checkModel(file.model, where);
  const { bias, rmse } = asRecord(asRecord(file.validation, { where, at: 'validation' }).model, {
    where,
    at: 'validation.model',
  });
  // The error is what every prediction carries: it has to be the one that was measured.
  const stated = (file.model as { readonly rmse: number }).rmse;
  if (rmse !== stated)
    throw modelError(where, `its "model.rmse" is ${show(stated)}, but "validation.model.rmse" is ${show(rmse)}`);
  asNumber(bias, { where, at: 'validation.model.bias', min: -1, max: 1 });
  asText(file.sentence, { where, at: 'sentence' });
  for (const name of ['sensors', 'scenes', 'attribution'] as const)
    for (const entry of asList(file[name], { where, at: name })) asText(entry, { where, at: name });
  for (const name of ['harmonised', 'synthetic'] as const)
    if (typeof file[name] !== 'boolean') throw wanted({ where, at: name }, 'true or false', file[name]);
  checkMask(file.mask, where);
  return file as unknown as CoverModelFile;
}

function checkModel(value: unknown, where: string): void {
  const model = asRecord(value, { where, at: 'model' });
  const known = ['seasonMonths', 'minDryCount', 'intercept', 'terms', 'rmse'];
  const unknown = Object.keys(model).find((key) => !known.includes(key));
  if (unknown !== undefined) throw modelError(where, `its "model" has the unknown key "${unknown}"`);
  if (model.seasonMonths !== null)
    for (const month of asList(model.seasonMonths, { where, at: 'model.seasonMonths' }))
      asWhole(month, { where, at: 'model.seasonMonths', min: 1, max: 12 });
  asWhole(model.minDryCount, { where, at: 'model.minDryCount', min: 1, max: 1000 });
  asNumber(model.intercept, { where, at: 'model.intercept', min: -10, max: 10 });
  asNumber(model.rmse, { where, at: 'model.rmse', min: 0, max: 1 });
  const terms = asList(model.terms, { where, at: 'model.terms' }).map((term, i) => checkTerm(term, where, i));
  const twice = terms.find((name, i) => terms.indexOf(name) !== i);
  if (twice !== undefined) throw modelError(where, `it has two terms of ${twice}`);
}

function checkTerm(value: unknown, where: string, position: number): FeatureName {
  const at = `model.terms[${position}]`;
  const term = asRecord(value, { where, at });
  const known = FEATURE_NAMES.find((name) => name === term.feature);
  if (known === undefined)
    throw wanted({ where, at: `${at}.feature` }, `one of ${FEATURE_NAMES.join(', ')}`, term.feature);
  const numbers = ['mean', 'sd', 'coefficient', 'min', 'max'] as const satisfies readonly (keyof CoverTerm)[];
  for (const name of numbers)
    asNumber(term[name], { where, at: `${at}.${name}`, min: name === 'sd' ? Number.MIN_VALUE : -100, max: 100 });
  if ((term.min as number) > (term.max as number))
    throw modelError(where, `its "${at}.min" ${show(term.min)} is above its "${at}.max" ${show(term.max)}`);
  return known;
}

function checkMask(value: unknown, where: string): void {
  const mask = asRecord(value, { where, at: 'mask' });
  for (const scl of asList(mask.keepScl, { where, at: 'mask.keepScl' }))
    asWhole(scl, { where, at: 'mask.keepScl', min: 1, max: 11 });
  asNumber(mask.dilateM, { where, at: 'mask.dilateM', min: 0, max: 5000 });
}

interface Place {
  readonly where: string;
  readonly at: string;
}

type Range = Place & { readonly min: number; readonly max: number };

function asRecord(value: unknown, place: Place): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wanted(place, 'an object', value);
}

function asList(value: unknown, place: Place): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw wanted(place, 'a list with at least one entry', value);
}

function asText(value: unknown, place: Place): void {
  if (typeof value !== 'string' || value === '') throw wanted(place, 'a text', value);
}

function asNumber(value: unknown, place: Range): void {
  const { min, max } = place;
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw wanted(
    place,
    min === Number.MIN_VALUE ? `a number above 0, ${max} at most` : `a number from ${min} to ${max}`,
    value,
  );
}

function asWhole(value: unknown, place: Range): void {
  asNumber(value, place);
  if (!Number.isInteger(value)) throw wanted(place, 'a whole number', value);
}

function wanted({ where, at }: Place, what: string, value: unknown): Error {
  return modelError(where, `${at} is ${show(value)}; wanted was ${what}`);
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 60);
}

function modelError(where: string, what: string): Error {
  return inputError(
    'E_COVER_MODEL',
    `${where} cannot be used as a tree-cover model: ${what}. Make one with canopy calibrate.`,
    where,
  );
}
