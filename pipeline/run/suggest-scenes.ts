import { inputError, isCanopyError } from '../../shared/errors.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { RefusedScene } from '../../shared/scene.ts';
import { slotsBySeasonYear } from '../change/season-features.ts';
import { keepHarmonised, keepOneFamily, type MonitorParams, type Plan, planRun } from '../plan.ts';
import { dayOf, isInPeriod } from '../season.ts';
import { groupAcquisitions } from '../stac/acquisition.ts';
import { shownHref } from '../stac/href.ts';
import type { Pool } from '../workers/pool.ts';
import { checkScenes } from './check-scenes.ts';
import { findScenes } from './find-scenes.ts';
import type { RunContext } from './prepare.ts';
import type { SuggestRequest } from './suggest-request.ts';
import type { Task, TaskResult } from './tasks.ts';

export interface SuggestPlan {
  readonly plan: Plan;
  /** Season-years that have scenes, ascending. */
  readonly years: readonly number[];
  readonly refused: readonly RefusedScene[];
}

/**
 * The scenes over a region in season, whose files are good, laid out in units. Errors (input): those of the catalogue,
 * `E_NO_COVERAGE`, `E_FEW_YEARS`.
 */
export async function planSuggest(
  request: SuggestRequest,
  bboxDeg: Bbox,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
): Promise<SuggestPlan> {
  const { region, years, catalog } = request;
  const search = { ...request, parcels: region.path, params: { baseline: years, period: years } };
  const found = await findScenes(search, bboxDeg, pool).catch((error: unknown) => {
    throw isCanopyError(error) && error.code === 'E_NO_COVERAGE' ? noScene(request) : error;
  });
  const inYears = found.scenes.filter(({ datetime }) => isInPeriod(dayOf(datetime), years));
  const inSeason = inYears.filter(({ datetime }) => isOfSeason(request, datetime));
  const family = request.harmonise ? keepHarmonised(inSeason) : keepOneFamily(inSeason);
  const { acquisitions } = groupAcquisitions(family.kept);
  context.say(`${family.kept.length} scenes of ${acquisitions.length} acquisitions in season. Checking the files …`);
  const checked = await checkScenes(family.kept, pool, context);
  const refused = [...found.refused, ...family.refused, ...checked.refused];
  if (checked.inspections.length === 0) {
    const first = refused[0] ? ` The first of ${refused.length} refused ones: ${refused[0].reason}` : '';
    throw inputError('E_NO_COVERAGE', `${noScene(request).message}${first}`, region.path);
  }
  const plan = planRun({
    params: paramsOf(request),
    scenes: checked.inspections,
    acquisitions: checked.acquisitions,
    parcels: [],
    changeBboxDeg: bboxDeg,
  });
  const days = plan.acquisitions.filter((each) => each.inSeason).map(({ datetime }) => dayOf(datetime));
  const seasonYears = slotsBySeasonYear(days, request.seasonMonths).map(({ year }) => year);
  const { minYears } = request.settings;
  if (seasonYears.length < minYears)
    throw inputError(
      'E_FEW_YEARS',
      `The scenes of ${shownHref(catalog)} over ${region.name} are of ${seasonYears.length} dry seasons (${seasonYears.join(', ') || 'none'}); ${minYears} are wanted, to tell lasting open land from one bad year. Give more --years or another --season.`,
      shownHref(catalog),
    );
  return { plan, years: seasonYears, refused };
}

function isOfSeason({ seasonMonths }: SuggestRequest, datetime: string): boolean {
  return seasonMonths === null || seasonMonths.includes(Number(datetime.slice(5, 7)));
}

function noScene({ catalog, region, years }: SuggestRequest) {
  return inputError(
    'E_NO_COVERAGE',
    `No usable scene of ${shownHref(catalog)} from ${years.start} to ${years.end} in season lies over ${region.name}. Check that both are of the same place, the days of --years and the months of --season.`,
    region.path,
  );
}

/** Parameters of a run that only reads pixels. */
function paramsOf({ years, seasonMonths, keepScl, dilateM, endpoints, harmonise }: SuggestRequest): MonitorParams {
  return {
    ...{ baseline: years, period: years, seasonMonths, keepScl, dilateM },
    ...{ minClear: 1, lossThreshold: -0.15, gainThreshold: 0.15, composite: { kind: 'median' } },
    ...{ ndviSoil: endpoints.soilNdvi, ndviVegetation: endpoints.vegetationNdvi },
    ...{ harmonise, change: null, coverModel: null },
  };
}
