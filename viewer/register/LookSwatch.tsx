import { LOOKS } from './shape-paint.ts';
import type { ShapeLook } from './shapes.ts';

/** The line of a look as on the map, for legends. */
export function LookSwatch({ look }: { readonly look: ShapeLook }) {
  const { colour, widthPx, dash, casing, fillOpacity } = LOOKS[look];
  const dashes = dash?.join(' ');
  return (
    <svg className="reg-swatch" viewBox="0 0 30 16" aria-hidden="true">
      <rect x="1" y="1" width="28" height="14" rx="2" fill={colour} fillOpacity={fillOpacity} />
      <path
        d="M1 8h28"
        stroke={casing ?? 'var(--surface)'}
        strokeWidth={widthPx + 3}
        strokeDasharray={casing === null ? undefined : dashes}
      />
      <path d="M1 8h28" stroke={colour} strokeWidth={widthPx} strokeDasharray={dashes} />
    </svg>
  );
}
