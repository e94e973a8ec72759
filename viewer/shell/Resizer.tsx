import type { KeyboardEvent, PointerEvent } from 'react';

interface ResizerProps {
  readonly label: string;
  readonly widthPx: number;
  readonly minPx: number;
  readonly maxPx: number;
  /** Which way the column grows when the line is pulled to the right. */
  readonly grows: 1 | -1;
  onChange(widthPx: number): void;
}

const KEY_STEP_PX = 24;

/** The line between two columns: pulled with the pointer, or moved with the arrow keys when focused. */
export function Resizer({ label, widthPx, minPx, maxPx, grows, onChange }: ResizerProps) {
  const change = (px: number) => onChange(Math.min(maxPx, Math.max(minPx, Math.round(px))));
  const pull = (event: PointerEvent<HTMLElement>) => {
    const line = event.currentTarget;
    const startPx = event.clientX;
    line.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => change(widthPx + grows * (moved.clientX - startPx));
    const end = () => line.removeEventListener('pointermove', move);
    line.addEventListener('pointermove', move);
    line.addEventListener('lostpointercapture', end, { once: true });
  };
  const key = (event: KeyboardEvent) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    change(widthPx + grows * steps * KEY_STEP_PX);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; this is the window splitter pattern of WAI-ARIA.
    <div
      className="shell-resizer"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={widthPx}
      aria-valuemin={minPx}
      aria-valuemax={maxPx}
      tabIndex={0}
      onPointerDown={pull}
      onKeyDown={key}
    />
  );
}
