import type { ShapeLook } from './shapes.ts';

/** How one look is drawn, on the map and in its legend alike. */
export interface LookPaint {
  readonly colour: string;
  readonly widthPx: number;
  /** Dashes and gaps, CSS pixels; null is a whole line. */
  readonly dash: readonly number[] | null;
  /** Of its own, dashed as the line; null is the theme's, whole, which keeps the line readable over imagery. */
  readonly casing: string | null;
  /** Of the ground inside, 0 to 1. */
  readonly fillOpacity: number;
}

/**
 * Colours that stay apart for people who do not tell red from green (Okabe and Ito 2008), each with dashes of its own. In
 * this order they lie on one another.
 */
export const LOOKS: Readonly<Record<ShapeLook, LookPaint>> = {
  mine: { colour: '#0072b2', widthPx: 5, dash: null, casing: null, fillOpacity: 0.14 },
  theirs: { colour: '#d55e00', widthPx: 3.5, dash: [10, 5], casing: null, fillOpacity: 0.1 },
  // On top of both others, thin enough to leave a line visible that it runs along.
  base: { colour: '#ffffff', widthPx: 2, dash: [3, 5], casing: '#1c1c1c', fillOpacity: 0 },
  version: { colour: '#d55e00', widthPx: 3, dash: [10, 5], casing: null, fillOpacity: 0.08 },
  before: { colour: '#d55e00', widthPx: 2.5, dash: [3, 4], casing: null, fillOpacity: 0.06 },
  after: { colour: '#0072b2', widthPx: 3.5, dash: null, casing: null, fillOpacity: 0.16 },
  accepted: { colour: '#007f5f', widthPx: 2.5, dash: null, casing: null, fillOpacity: 0.12 },
  warned: { colour: '#b8860b', widthPx: 2.5, dash: [10, 4], casing: null, fillOpacity: 0.12 },
  mendable: { colour: '#0072b2', widthPx: 2.5, dash: [6, 3], casing: null, fillOpacity: 0.12 },
  refused: { colour: '#c03221', widthPx: 2.5, dash: [2, 3], casing: null, fillOpacity: 0.12 },
  candidate: { colour: '#7b3294', widthPx: 1.6, dash: null, casing: null, fillOpacity: 0.32 },
  'candidate-chosen': { colour: '#7b3294', widthPx: 3.5, dash: null, casing: null, fillOpacity: 0.2 },
  place: { colour: '#d55e00', widthPx: 3, dash: null, casing: null, fillOpacity: 0 },
};

export const LOOK_NAMES = Object.keys(LOOKS) as ShapeLook[];
