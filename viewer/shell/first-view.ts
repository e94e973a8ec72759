import type { LayerInfo, ParcelQuery, RunInfo } from '../../shared/api.ts';
import { FIRST_VIEW, type ViewState } from '../state.ts';

const FIRST_LAYERS = ['true-color-period', 'true-color-baseline', 'ndvi-period', 'ndvi-baseline'];

/** Whether a layer id can be drawn for this run. */
function hasLayer(run: RunInfo, id: string): boolean {
  const scene = /^scene-(.+)-(\d+)$/.exec(id);
  if (!scene) return id === 'none' || run.layers.some((layer) => layer.id === id);
  return run.acquisitions[Number(scene[2])]?.styles.some((style) => style === scene[1]) ?? false;
}

/**
 * What of a view this run cannot show, replaced by what it can: layers that are not there by the first of the usual
 * ones that is, an acquisition that is not there by none, and what is asked of change over time by nothing where the
 * run did not look at it: a link must not open an empty list.
 */
export function fitView(view: ViewState, run: RunInfo): Pick<ViewState, 'left' | 'right' | 'acquisition' | 'query'> {
  const usual = FIRST_LAYERS.find((id) => hasLayer(run, id)) ?? run.layers[0]?.id ?? 'none';
  const isThere = view.acquisition !== null && run.acquisitions[view.acquisition] !== undefined;
  return {
    left: hasLayer(run, view.left) ? view.left : usual,
    right: hasLayer(run, view.right) ? view.right : usual,
    acquisition: isThere ? view.acquisition : null,
    query: run.change === null ? withoutChange(view.query) : view.query,
  };
}

/** The same query, as it is where it asks nothing of change over time. */
function withoutChange(query: ParcelQuery): ParcelQuery {
  const isSorted = query.sort.startsWith('change');
  if (query.change.length + query.confidence.length === 0 && !isSorted) return query;
  const { sort, order } = isSorted ? FIRST_VIEW.query : query;
  return { ...query, change: [], confidence: [], sort, order };
}

/** The same kind of layer for the other period or the year before, else the layer itself: what a comparison starts from. */
export function counterpartOf(run: RunInfo, id: string): string {
  const year = run.layers.find((layer) => layer.id === id && /^\d{4}$/.test(layer.period ?? ''));
  if (year) return neighbourYear(run, year);
  const other = id.endsWith('-period') ? id.replace(/-period$/, '-baseline') : id.replace(/-baseline$/, '-period');
  return hasLayer(run, other) ? other : id;
}

/** The layer of the year before, else of the year after, else itself. */
function neighbourYear(run: RunInfo, { id, kind, period }: LayerInfo): string {
  const beside = (by: 1 | -1) =>
    run.layers.find((one) => one.kind === kind && Number(one.period) === Number(period) + by);
  return (beside(-1) ?? beside(1))?.id ?? id;
}

/** UTC day of each acquisition, for links. */
export function daysOf(run: RunInfo): string[] {
  return run.acquisitions.map(({ datetime }) => datetime.slice(0, 10));
}
