import type { ParcelRow, RunInfo } from '../../shared/api.ts';
import type { MessageKey, Values } from '../i18n/translate.ts';
import type { Language } from '../state.ts';
import { formatNumber } from './format.ts';

export interface Sentence {
  readonly key: MessageKey;
  readonly values: Values;
}

/** What was found on a parcel, as one plain sentence; null without a result, whose reason says why. */
export function findingSentence(
  language: Language,
  parcel: ParcelRow,
  thresholds: RunInfo['thresholds'],
): Sentence | null {
  if (parcel.status === 'no_data') return null;
  const { coverChangePct } = parcel;
  if (coverChangePct === null) return { key: 'parcel.finding.noCover', values: {} };
  const limit = coverChangePct < 0 ? -thresholds.loss : thresholds.gain;
  const values = {
    points: formatNumber(language, Math.abs(coverChangePct), 1),
    limit: formatLimit(language, limit * 100),
  };
  if (parcel.status === 'loss' || parcel.status === 'gain') return { key: `parcel.finding.${parcel.status}`, values };
  const direction = coverChangePct < 0 ? 'fall' : 'rise';
  if (parcel.status === 'stable') return { key: `parcel.finding.stable.${direction}`, values };
  const why = parcel.ndviChangeSe === null ? 'noSe' : 'unsure';
  return { key: `parcel.finding.${why}.${direction}`, values };
}

/** Points that count, with a decimal only where the run's threshold has one. */
function formatLimit(language: Language, points: number): string {
  const tenths = Math.round(points * 10);
  return formatNumber(language, tenths / 10, tenths % 10 === 0 ? 0 : 1);
}

/**
 * Standard error of the change of tree cover in percentage points, as the finding rests on it: that of the NDVI change
 * over the span between bare ground and full vegetation, these two taken without error (methods B2); with a calibrated
 * model, over the slope that the two figures themselves show, where that is steeper. Null where unknown.
 */
export function coverChangeSePct(
  { coverChangePct, ndviChange, ndviChangeSe }: Pick<ParcelRow, 'coverChangePct' | 'ndviChange' | 'ndviChangeSe'>,
  { ndviSoil, ndviVegetation, coverModel }: RunInfo['parameters'],
): number | null {
  if (coverChangePct === null || ndviChangeSe === null) return null;
  if (typeof ndviSoil !== 'number' || typeof ndviVegetation !== 'number' || ndviVegetation <= ndviSoil) return null;
  const dimidiate = (100 * ndviChangeSe) / (ndviVegetation - ndviSoil);
  if (!coverModel || !ndviChange) return dimidiate;
  return Math.max(dimidiate, Math.abs(coverChangePct / ndviChange) * ndviChangeSe);
}

/** Clear dates in both periods together below which no standard error can be given: 2 degrees of freedom. */
export const DATES_FOR_SE = 4;
