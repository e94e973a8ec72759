import { create } from 'zustand';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { Bbox } from '../../shared/grid.ts';
import { surfacesOf, wantsCalm } from '../map/map-store.ts';
import { boxOfGeometry, joinBoxes } from './register-store.ts';

/** How a shape of the register is drawn; each has its own line, told apart without colour. See `shape-paint.ts`. */
export type ShapeLook =
  | 'mine'
  | 'theirs'
  | 'base'
  | 'version'
  | 'before'
  | 'after'
  | 'accepted'
  | 'warned'
  | 'mendable'
  | 'refused'
  | 'candidate'
  | 'candidate-chosen'
  | 'place';

export interface Shape {
  readonly look: ShapeLook;
  readonly geometry:
    | GeoJsonGeometry
    | { readonly type: 'Point'; readonly coordinates: readonly number[] }
    | { readonly type: 'MultiLineString'; readonly coordinates: readonly unknown[] };
  /** Of what is drawn, for a click on it. */
  readonly id?: string;
  /** 0 to 1: how much it stands out among others of its look. */
  readonly weight?: number;
}

/** Who shows shapes; each shows its own and takes them away again. */
export type ShapeOwner = 'conflict' | 'history' | 'import' | 'proposal' | 'suggestions' | 'place';

interface ShapesState {
  readonly shapes: Readonly<Partial<Record<ShapeOwner, readonly Shape[]>>>;
}

export const useShapes = create<ShapesState>()(() => ({ shapes: {} }));

/** Shows the shapes of one owner on the map instead of those it showed before; none takes them away. */
export function showShapes(owner: ShapeOwner, shapes: readonly Shape[]): void {
  useShapes.setState(({ shapes: before }) => {
    const { [owner]: _, ...others } = before;
    return { shapes: shapes.length === 0 ? others : { ...others, [owner]: shapes } };
  });
}

/** A person looks at a place: the map goes there, close enough to see it, and marks it. */
export function showPlace([lon, lat]: readonly [number, number]): void {
  showShapes('place', [{ look: 'place', geometry: { type: 'Point', coordinates: [lon, lat] } }]);
  for (const { map } of surfacesOf().slice(0, 1)) {
    const zoom = Math.max(map.getZoom(), PLACE_ZOOM);
    map.easeTo({ center: [lon, lat], zoom, ...(wantsCalm() ? { duration: 0 } : { duration: 600 }) });
  }
}

const PLACE_ZOOM = 17;

/** Whether a geometry can be put on a map: it has coordinates, and they are not metres, which lie beyond the poles as degrees. */
export function isOnEarth(geometry: { readonly coordinates: readonly unknown[] }): boolean {
  const [west, south, east, north] = boxOfGeometry(geometry);
  return Number.isFinite(west) && west >= -540 && east <= 540 && south >= -90 && north <= 90;
}

/** Flies to geometries, all of them in view that lie on Earth. */
export function fitShapes(geometries: readonly { readonly coordinates: readonly unknown[] }[]): void {
  const boxes = geometries.filter(isOnEarth).map(boxOfGeometry);
  if (boxes.length > 0) fitBox(joinBoxes(boxes));
}

export function fitBox(box: Bbox): void {
  surfacesOf()[0]?.fit(box, wantsCalm());
}
