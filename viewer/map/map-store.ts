import { create } from 'zustand';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { Hover, MapSurface, SurfaceView } from './map-surface.ts';
import type { LonLat } from './measure.ts';
import type { Side } from './raster-plan.ts';

/** Tiles of a surface's present view that failed, and whether some are on their way. */
interface TileState {
  readonly failed: number;
  readonly isLoading: boolean;
}

/** What only the map's own parts share; nothing of it belongs into a permalink. */
interface MapState {
  readonly surfaces: Readonly<Partial<Record<Side, MapSurface>>>;
  readonly views: Readonly<Partial<Record<Side, SurfaceView>>>;
  readonly tiles: Readonly<Partial<Record<Side, TileState>>>;
  readonly hover: (Hover & { readonly side: Side }) | null;
  readonly pointer: LonLat | null;
  readonly flickerSide: Side;
  readonly openGeometry: GeoJsonGeometry | null;
  readonly hoverGeometry: GeoJsonGeometry | null;
  /** Of the open parcel's control areas. */
  readonly controlGeometries: readonly GeoJsonGeometry[];
  /** The parcel that was last chosen on the map itself, which then needs no flight to it. */
  readonly chosenOnMap: string | null;
  readonly measured: readonly LonLat[];
}

export const useMapStore = create<MapState>()(() => ({
  surfaces: {},
  views: {},
  tiles: {},
  hover: null,
  pointer: null,
  flickerSide: 'left',
  openGeometry: null,
  hoverGeometry: null,
  controlGeometries: [],
  chosenOnMap: null,
  measured: [],
}));

/** The surfaces on the page, the left one first. */
export function surfacesOf({ surfaces }: Pick<MapState, 'surfaces'> = useMapStore.getState()): MapSurface[] {
  return [surfaces.left, surfaces.right].filter((one) => one !== undefined);
}

export function setSurface(side: Side, surface: MapSurface | undefined): void {
  useMapStore.setState(({ surfaces, views, tiles }) => ({
    surfaces: withSide(surfaces, side, surface),
    views: surface ? withSide(views, side, surface.view()) : withSide(views, side, undefined),
    tiles: withSide(tiles, side, undefined),
  }));
}

export function setView(side: Side, view: SurfaceView): void {
  useMapStore.setState(({ views }) => ({ views: withSide(views, side, view) }));
}

export function setTiles(side: Side, state: TileState): void {
  useMapStore.setState(({ tiles }) => ({ tiles: withSide(tiles, side, state) }));
}

function withSide<T>(record: Partial<Record<Side, T>>, side: Side, value: T | undefined): Partial<Record<Side, T>> {
  const { [side]: _, ...others } = record;
  return value === undefined ? (others as Partial<Record<Side, T>>) : ({ ...others, [side]: value } as never);
}

/** Whether the person asked the system for less motion. */
export function wantsCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
