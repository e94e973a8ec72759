import { type LayerInfo, type RunInfo, type RunPeriod, type SceneStyle, sceneLayerId } from '../../shared/api.ts';
import { YEAR_CLASS_COLOURS } from '../../shared/ramps.ts';
import type { Period } from '../../shared/result.ts';
import type { Translate } from '../i18n/translate.ts';
import { formatDay, formatPlatform } from '../panels/format.ts';
import type { Language } from '../state.ts';

/** Pictures of single acquisitions that are layers of their own; the mask is drawn over them instead. */
const PICTURES = ['true-color', 'false-color', 'ndvi'] as const satisfies readonly SceneStyle[];
const KIND_ORDER = ['true-color', 'ndvi', 'cover', 'change', 'clear-count'];

/** Kinds with a layer for each year: one entry of the menu, the year is chosen beside it. */
const YEARLY = ['year-class', 'dry-ndvi'] as const satisfies readonly LayerInfo['kind'][];
export type YearlyKind = (typeof YEARLY)[number];

/** Sections of the menu below the two periods, with their kinds in order. */
export const LAYER_GROUPS = [
  { name: 'change', kinds: ['year-class', 'break-date', 'break-magnitude', 'recovery-date'] },
  { name: 'season', kinds: ['dry-ndvi', 'season-amplitude', 'season-phase'] },
  { name: 'evidence', kinds: ['change-from', 'change-to', 'magnitude-se', 'history-count', 'observation-count'] },
] as const satisfies readonly { name: string; kinds: readonly LayerInfo['kind'][] }[];

export interface SceneChoice {
  readonly style: SceneStyle;
  readonly acquisition: number;
}

/** Classes of a year's layer that have a colour, in the order of legends. */
export const CLASS_NAMES = Object.keys(YEAR_CLASS_COLOURS) as (keyof typeof YEAR_CLASS_COLOURS)[];

/** The acquisition and style of a layer id, or null for a layer of a period. */
export function sceneOf(layerId: string): SceneChoice | null {
  const match = /^scene-(true-color|false-color|ndvi|mask)-(\d+)$/.exec(layerId);
  return match ? { style: match[1] as SceneStyle, acquisition: Number(match[2]) } : null;
}

/** Layers of one period in the order of the menu. */
export function layersOf(run: RunInfo, period: RunPeriod): LayerInfo[] {
  const rank = ({ kind }: LayerInfo) => KIND_ORDER.indexOf(kind);
  const isOfMenu = (layer: LayerInfo) => layer.period === period && rank(layer) >= 0;
  return run.layers.filter(isOfMenu).sort((a, b) => rank(a) - rank(b));
}

export function isYearly(kind: LayerInfo['kind'] | null): kind is YearlyKind {
  return YEARLY.some((one) => one === kind);
}

/** Layers of a kind that has one for each year, ascending. */
export function yearLayersOf(run: RunInfo, kind: YearlyKind): LayerInfo[] {
  return run.layers.filter((layer) => layer.kind === kind).sort((a, b) => Number(a.period) - Number(b.period));
}

/** The layer of a kind for the year that another layer is of, else for the last year; null where there is none. */
export function yearLayerNear(run: RunInfo, kind: YearlyKind, layerId: string): string | null {
  const layers = yearLayersOf(run, kind);
  const now = run.layers.find(({ id }) => id === layerId)?.period;
  return (layers.find(({ period }) => period === now) ?? layers.at(-1))?.id ?? null;
}

/** Styles that at least one acquisition can be drawn in. */
export function picturesOf(run: RunInfo): SceneStyle[] {
  return PICTURES.filter((style) => run.acquisitions.some(({ styles }) => styles.includes(style)));
}

/**
 * The layer of a style nearest to an acquisition (the last one that counts if null), among those that can be drawn.
 * Null when there is none.
 */
export function nearestScene(run: RunInfo, style: SceneStyle, acquisition: number | null): string | null {
  const drawable = run.acquisitions.filter(({ styles }) => styles.includes(style));
  const counting = drawable.filter(({ inPeriod, inSeason, nOk }) => inPeriod && inSeason && nOk > 0);
  if (acquisition === null) {
    const last = counting.at(-1) ?? drawable.at(-1);
    return last ? sceneLayerId(style, last.index) : null;
  }
  const timeOf = (index: number) => Date.parse(run.acquisitions[index]?.datetime ?? '') || 0;
  const farMs = (index: number) => Math.abs(timeOf(index) - timeOf(acquisition));
  const nearest = drawable.reduce<number | null>(
    (best, { index }) => (best === null || farMs(index) < farMs(best) ? index : best),
    null,
  );
  return nearest === null ? null : sceneLayerId(style, nearest);
}

/** Kind of what a layer id shows: of a period's layer or of one acquisition; null for none. */
export function kindOf(run: RunInfo, layerId: string): LayerInfo['kind'] | null {
  return sceneOf(layerId)?.style ?? run.layers.find((layer) => layer.id === layerId)?.kind ?? null;
}

export function formatPeriod(language: Language, { start, end }: Period): string {
  return start === end ? formatDay(language, start) : `${formatDay(language, start)} – ${formatDay(language, end)}`;
}

/** What a layer shows and when, in words. */
export function describeLayer(
  run: RunInfo,
  layerId: string,
  { t, language }: { t: Translate; language: Language },
): { readonly name: string; readonly dates: string } {
  const kind = kindOf(run, layerId);
  if (kind === null) return { name: t('shell.layer.none'), dates: '' };
  const name = t(`shell.kind.${kind}`);
  const scene = sceneOf(layerId);
  if (scene) {
    const acquisition = run.acquisitions[scene.acquisition];
    const dates = acquisition
      ? `${formatDay(language, acquisition.datetime)}, ${formatPlatform(acquisition.platform)}`
      : '';
    return { name, dates };
  }
  const layer = run.layers.find(({ id }) => id === layerId);
  const dates = !layer ? '' : isYearly(kind) ? String(layer.period) : formatPeriod(language, layer.days);
  // Its days are those of the monitoring period; a change rests on those of the baseline as well.
  return { name: kind === 'change' ? changeName(run, { t, language }) : name, dates };
}

function changeName(run: RunInfo, { t, language }: { t: Translate; language: Language }): string {
  const before = run.layers.find(({ kind, period }) => kind === 'cover' && period === 'baseline');
  const days = before?.days ?? run.periods.baseline;
  return t('shell.kind.changeAgainst', { baseline: formatPeriod(language, days) });
}
