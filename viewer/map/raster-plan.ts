import { type LayerInfo, type RunInfo, type SceneStyle, sceneLayerId } from '../../shared/api.ts';
import type { Colouring, Compare } from '../state.ts';

export type Side = 'left' | 'right';

/** One raster layer to draw, and where. */
export interface RasterSpec {
  /** Unique per surface and stable while the same layer stays on the same side. */
  readonly key: string;
  readonly side: Side;
  readonly info: LayerInfo;
  /** Part of the width it is drawn on, 0 to 1. */
  readonly clip: readonly [from: number, to: number];
  /** False keeps its tiles loaded without drawing them. */
  readonly isShown: boolean;
}

/** What of the view decides which rasters are drawn. */
export interface RasterChoice {
  readonly left: string;
  readonly right: string;
  readonly compare: Compare;
  readonly swipeFraction: number;
  readonly showMask: boolean;
  /** The side that flicker shows now. */
  readonly flickerSide: Side;
  readonly colouring: Readonly<Record<string, Colouring>>;
  readonly opacity: number;
}

const SCENE_ID = /^scene-(true-color|false-color|ndvi|mask)-(\d+)$/;
/** NDVI of one acquisition is stored like the result layers: ten-thousandths. */
const NDVI_SCALE = 0.0001;

/** The layer of an id: a result layer, one acquisition in a style it offers, or null for `none` and what is not there. */
export function layerOf(run: RunInfo, id: string): LayerInfo | null {
  const known = run.layers.find((layer) => layer.id === id);
  if (known) return known;
  const [, style, index] = SCENE_ID.exec(id) ?? [];
  const acquisition = index === undefined ? undefined : run.acquisitions[Number(index)];
  if (!acquisition?.styles.includes(style as SceneStyle)) return null;
  const day = acquisition.datetime.slice(0, 10);
  return {
    id,
    kind: style as SceneStyle,
    period: null,
    years: null,
    days: { start: day, end: day },
    form: style === 'ndvi' ? 'value' : 'colour',
    scale: style === 'ndvi' ? NDVI_SCALE : 1,
    unit: '',
    bboxDeg: acquisition.bboxDeg,
    minZoom: Math.min(acquisition.maxZoom, 6),
    maxZoom: acquisition.maxZoom,
    sceneIds: acquisition.sceneIds,
    attribution: run.attribution,
  };
}

/** The mask layer that belongs over a layer of one acquisition, or null. */
function maskOver(run: RunInfo, id: string): LayerInfo | null {
  const [, style, index] = SCENE_ID.exec(id) ?? [];
  return index === undefined || style === 'mask' ? null : layerOf(run, sceneLayerId('mask', Number(index)));
}

/** Rasters of one surface, bottom first. With two maps side by side each surface has its own side only. */
export function rastersOf(run: RunInfo, choice: RasterChoice, surface: Side): readonly RasterSpec[] {
  const { compare, swipeFraction, flickerSide } = choice;
  const sides: readonly Side[] =
    compare === 'side' ? [surface] : compare === 'off' ? ['left'] : (['left', 'right'] as const);
  return sides.flatMap((side) => {
    const id = choice[side];
    const layers = [layerOf(run, id), choice.showMask ? maskOver(run, id) : null].filter((one) => one !== null);
    return layers.map((info) => ({
      key: `${side}/${info.id}`,
      side,
      info,
      clip: compare === 'swipe' ? clipOf(side, swipeFraction) : ([0, 1] as const),
      isShown: compare !== 'flicker' || side === flickerSide,
    }));
  });
}

/** Part of the width that belongs to a side of the swipe line; together the sides make the whole. */
export function clipOf(side: Side, fraction: number): readonly [from: number, to: number] {
  const at = Math.min(1, Math.max(0, fraction));
  return side === 'left' ? [0, at] : [at, 1];
}

/** First and last device pixel column (exclusive) of a clip on a canvas: neighbouring clips share their border. */
export function clipColumns(clip: readonly [from: number, to: number], widthPx: number): [number, number] {
  return [Math.round(clip[0] * widthPx), Math.round(clip[1] * widthPx)];
}
