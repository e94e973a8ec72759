import { useTranslate } from '../i18n/translate.ts';
import { formatNumber } from '../panels/format.ts';
import { type Language, useStore } from '../state.ts';
import { type GraticuleLabel, graticuleLabels } from './graticule.ts';
import { useMapStore } from './map-store.ts';
import type { Side } from './raster-plan.ts';

/** Room at the corner where the labels of both edges would meet, CSS pixels. */
const CORNER_PX = 24;

/** Degrees at the lower and the left edge, where the lines leave the map. */
export function GraticuleLabels({ side }: { side: Side }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const view = useMapStore((state) => state.views[side]);
  if (!view) return null;
  const labels = graticuleLabels(view).filter(({ axis, atPx }) =>
    axis === 'lon'
      ? atPx > CORNER_PX * 2 && atPx < view.widthPx - CORNER_PX
      : atPx > CORNER_PX && atPx < view.heightPx - CORNER_PX,
  );
  return (
    <div className="map-graticule" aria-hidden="true">
      {labels.map((label) => (
        <span
          key={`${label.axis}${label.deg}`}
          data-axis={label.axis}
          style={label.axis === 'lon' ? { left: label.atPx } : { top: label.atPx }}
        >
          {degreeText(label, language, t)}
        </span>
      ))}
    </div>
  );
}

type Direction = 'map.east' | 'map.west' | 'map.north' | 'map.south';

/** `9.85° N`, in the language's own numbers and letters; the equator and Greenwich have no letter. */
export function degreeText(
  { axis, deg }: Pick<GraticuleLabel, 'axis' | 'deg'>,
  language: Language,
  t: (key: Direction) => string,
  digits = decimalsOf(deg),
): string {
  const [positive, negative]: [Direction, Direction] =
    axis === 'lon' ? ['map.east', 'map.west'] : ['map.north', 'map.south'];
  const letter = deg === 0 ? '' : ` ${t(deg > 0 ? positive : negative)}`;
  return `${formatNumber(language, Math.abs(deg), digits)}°${letter}`;
}

function decimalsOf(deg: number): number {
  return String(deg).split('.')[1]?.length ?? 0;
}
