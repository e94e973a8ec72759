import type { CheckSummary } from '../../shared/parcel-check.ts';
import type { Speaker } from './finding-words.ts';
import { FORMAT_NAMES } from './format-names.ts';
import { sayHectares } from './quantities.ts';

/** How many parcels a file holds and how large they are; what could not be measured is said, not added as nothing. */
export function sayCounts(
  { parcels, totalHa, unmeasuredParcels, format }: CheckSummary,
  { t, language }: Speaker,
): string {
  const said = { parcels, format: FORMAT_NAMES[format] };
  if (totalHa === null) return t('import.counts.none', said);
  const ha = sayHectares(language, totalHa);
  if (unmeasuredParcels === 0) return t('import.counts', { ...said, ha });
  return t('import.counts.some', { ...said, ha, count: unmeasuredParcels });
}
