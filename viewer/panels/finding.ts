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
    limit: formatNumber(language, limit * 100),
  };
  if (parcel.status === 'loss' || parcel.status === 'gain') return { key: `parcel.finding.${parcel.status}`, values };
  const direction = coverChangePct < 0 ? 'fall' : 'rise';
  if (parcel.status === 'stable') return { key: `parcel.finding.stable.${direction}`, values };
  const why = parcel.ndviChangeSe === null ? 'noSe' : 'unsure';
  return { key: `parcel.finding.${why}.${direction}`, values };
}

/** Clear dates in both periods together below which no standard error can be given: 2 degrees of freedom. */
export const DATES_FOR_SE = 4;
