import { create } from 'zustand';
import { type ParcelQuery, type ParcelSort, sceneLayerId } from '../shared/api.ts';
import type { ParcelStatus } from '../shared/ramps.ts';

export type Language = 'en' | 'fr' | 'de';
export type Theme = 'auto' | 'light' | 'dark';
export type Page = 'map' | 'delineate' | 'twin' | 'operations';
/** Pages that show the one map, with other columns beside it. */
export const MAP_PAGES: readonly Page[] = ['map', 'delineate'];
export type Compare = 'off' | 'swipe' | 'side' | 'flicker';
export type Tool = 'none' | 'measure';

export interface Camera {
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
}

/** How a value layer is coloured; what is missing follows `RAMPS` of its kind. */
export interface Colouring {
  readonly ramp: string;
  readonly low: number;
  readonly high: number;
  readonly isReversed: boolean;
  /** Values outside [min, max] are not drawn; null draws all. */
  readonly min: number | null;
  readonly max: number | null;
}

/** Everything a permalink has to bring back. */
export interface ViewState {
  readonly page: Page;
  readonly language: Language;
  readonly theme: Theme;
  readonly camera: Camera | null;
  /** Layer id, or `none`. Without comparison only `left` is drawn. */
  readonly left: string;
  readonly right: string;
  readonly compare: Compare;
  /** Where the swipe line stands, 0 to 1 of the map's width. */
  readonly swipeFraction: number;
  /** Of the raster layers, 0 to 1. */
  readonly opacity: number;
  /** Clouds, shadow and snow drawn over layers of one acquisition. */
  readonly showMask: boolean;
  readonly showParcels: boolean;
  readonly showBasemap: boolean;
  /** Control areas of the open parcel, on the map and in its chart. */
  readonly showControls: boolean;
  /** By layer kind. */
  readonly colouring: Readonly<Record<string, Colouring>>;
  /** Id of the open parcel. */
  readonly parcel: string | null;
  /** Position of the chosen acquisition in `RunInfo.acquisitions`. */
  readonly acquisition: number | null;
  readonly query: ParcelQuery;
}

interface Transient {
  readonly tool: Tool;
  readonly isPlaying: boolean;
  /** False after a request failed, until one succeeds. */
  readonly isConnected: boolean;
  /** When data last came, milliseconds since 1970. */
  readonly lastDataMs: number | null;
  /** Parcel under the pointer, or focused in the table. */
  readonly hovered: string | null;
}

interface Actions {
  set(change: Partial<ViewState & Transient>): void;
}

export type Store = ViewState & Transient & Actions;

export const FIRST_VIEW: ViewState = {
  page: 'map',
  language: 'en',
  theme: 'auto',
  camera: null,
  left: 'true-color-period',
  right: 'true-color-period',
  compare: 'off',
  swipeFraction: 0.5,
  opacity: 1,
  showMask: true,
  showParcels: true,
  showBasemap: true,
  showControls: true,
  colouring: {},
  parcel: null,
  acquisition: null,
  query: { q: '', status: [], change: [], confidence: [], sort: 'parcelId' satisfies ParcelSort, order: 'asc' },
};

export const useStore = create<Store>()((set) => ({
  ...FIRST_VIEW,
  tool: 'none',
  isPlaying: false,
  isConnected: true,
  lastDataMs: null,
  hovered: null,
  set,
}));

/** Shows one acquisition on the side that shows acquisitions, keeping its style, or as true colour on the left. */
export function chooseAcquisition(index: number): void {
  const { left, right, compare, set } = useStore.getState();
  const styleOf = (id: string) => /^scene-(true-color|false-color|ndvi)-\d+$/.exec(id)?.[1] as 'true-color' | undefined;
  const [leftStyle, rightStyle] = [styleOf(left), compare === 'off' ? undefined : styleOf(right)];
  if (rightStyle) set({ acquisition: index, right: sceneLayerId(rightStyle, index) });
  else if (leftStyle) set({ acquisition: index, left: sceneLayerId(leftStyle, index) });
  else set({ acquisition: index });
}

export function toggleStatus(query: ParcelQuery, status: ParcelStatus): ParcelQuery {
  const has = query.status.includes(status);
  return { ...query, status: has ? query.status.filter((one) => one !== status) : [...query.status, status] };
}
