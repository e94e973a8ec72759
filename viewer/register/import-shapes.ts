import type { GeoJsonGeometry } from '../../shared/api.ts';
import { type Choice, type RowState, stateOfRow } from './import-plan.ts';
import { isOnEarth, type Shape, type ShapeLook } from './shapes.ts';

/** How the parcels of a file are drawn; what is left out is not. */
export const LOOK_OF_STATE: Readonly<Record<RowState, ShapeLook | null>> = {
  accepted: 'accepted',
  mended: 'accepted',
  warned: 'warned',
  mendable: 'mendable',
  refused: 'refused',
  'left-out': null,
};

/**
 * One parcel of a file on the map. What has no area, such as a figure of eight whose halves cancel out, would be dropped
 * from the tiles as an area: its outline is drawn as lines, with a mark where it is at fault.
 */
export function shapesOfChoice(index: number, choice: Choice): Shape[] {
  const { checked, geometry } = choice;
  const look = LOOK_OF_STATE[stateOfRow(choice)];
  if (look === null || geometry === null || !isOnEarth(geometry)) return [];
  const id = String(index);
  if (checked.parcelHa !== null) return [{ look, geometry, id }];
  const marks = checked.findings.flatMap(({ severity, place }): Shape[] =>
    severity === 'error' && place ? [{ look: 'place', geometry: { type: 'Point', coordinates: place }, id }] : [],
  );
  return [{ look, geometry: { type: 'MultiLineString', coordinates: ringsOf(geometry) }, id }, ...marks];
}

function ringsOf({ type, coordinates }: GeoJsonGeometry): readonly unknown[] {
  return type === 'Polygon' ? coordinates : (coordinates as readonly (readonly unknown[])[]).flat();
}
