import { inputError } from '../../shared/errors.ts';
import type { Acquisition, RefusedScene, Scene } from '../../shared/scene.ts';
import type { MonitorConfig } from '../config.ts';
import { dayOf, isInPeriod } from '../season.ts';
import { shownHref } from '../stac/href.ts';

/**
 * One sentence for a period without an acquisition: nothing can be compared, yet the other period can be observed.
 * Throws `E_EMPTY_PERIOD` when both are empty.
 * @param known every scene that was found in the two periods, refused ones too
 */
export function findEmptyPeriods(
  { params, catalog, parcels }: MonitorConfig,
  acquisitions: readonly Acquisition[],
  known: readonly Scene[],
  refused: readonly RefusedScene[],
): string[] {
  const periods = [
    { name: parcels === null ? 'history' : 'baseline', flag: '--baseline', period: params.baseline },
    { name: 'monitoring period', flag: '--period', period: params.period },
  ];
  const empty = periods.filter(({ period }) => !acquisitions.some((a) => isInPeriod(dayOf(a.datetime), period)));
  if (empty.length === 0) return [];
  const dayById = new Map(known.map(({ id, datetime }) => [id, dayOf(datetime)]));
  const missed = refused.filter(({ id }) => {
    const day = dayById.get(id);
    return day === undefined || empty.some(({ period }) => isInPeriod(day, period));
  });
  const where = empty.map(({ name, period }) => `the ${name} ${period.start}/${period.end}`).join(' nor in ');
  const flags = empty.map(({ flag }) => flag).join(' and ');
  const first = missed.length > 0 ? ` Refused scenes: ${missed.length}; the first: ${missed[0]!.reason}` : '';
  const [place, advice] = parcels === null ? ['', '--start, --from and --to'] : [' over the parcels', flags];
  const sentence = `No usable scene${place} in ${where} in ${shownHref(catalog)}. Change ${advice}, or add scenes.${first}`;
  if (empty.length === periods.length) throw inputError('E_EMPTY_PERIOD', sentence, shownHref(catalog));
  return [sentence];
}
