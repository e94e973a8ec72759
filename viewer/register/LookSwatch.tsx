import { LOOKS } from './shape-paint.ts';
import type { ShapeLook } from './shapes.ts';

/** The line of a look as on the map, for legends. */
export function LookSwatch({ look }: { readonly look: ShapeLook }) {
  const { colour, widthPx, dash, fillOpacity } = LOOKS[look];
  return (
    <svg className="reg-swatch" viewBox="0 0 30 16" aria-hidden="true">
      <rect x="1" y="1" width="28" height="14" rx="2" fill={colour} fillOpacity={fillOpacity} />
      <path d="M1 8h28" stroke="var(--surface)" strokeWidth={widthPx + 3} />
      <path d="M1 8h28" stroke={colour} strokeWidth={widthPx} strokeDasharray={dash?.join(' ')} />
    </svg>
  );
}
