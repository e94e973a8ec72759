import type { BoardTool } from './board.ts';

/** Line icons on a 20 × 20 field; dots are corners. */
const PATHS = {
  polygon: 'M4 7 11 3.5 16.5 9 13.5 16 5.5 14.5ZM4 7h.01M11 3.5h.01M16.5 9h.01M13.5 16h.01M5.5 14.5h.01',
  rectangle: 'M3.5 5h13v10h-13ZM3.5 5h.01M16.5 15h.01',
  circle: 'M16.5 10a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM10 10h.01',
  freehand: 'M3.5 12.5c1-6 6-9.5 8.5-7.5 2.3 1.9-4.5 4.5-2.5 7 1.8 2.2 5-1.5 7-.5 1.3.7.5 3-1.5 4.2',
  walk: 'M11.3 4.600a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.600ZM7 9.500l2-3 2.5.5.8 2.6 2.2 1M9.8 7.2 9 11.500l2.5 2.3.7 4M9 11.800l-1 2.900L5.6 17.5',
  edit: 'M3.5 15.5 9 5l7.5 6.500M3.5 15.500h.01M16.5 11.500h.01M11.2 5a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0Z',
  move: 'M10 2.800v14.400M2.8 10h14.400M7.8 5 10 2.8 12.2 5M7.8 15l2.2 2.2 2.2-2.200M5 7.8 2.8 10 5 12.200M15 7.800l2.2 2.2-2.2 2.2',
  split: 'M3.5 5.5 8 4v12l-4.5-1.500ZM12 4l4.5 1.500v9L12 16ZM10 2v2M10 7v2M10 12v2M10 17v1',
  merge: 'M3.5 5h6v10h-6ZM9.5 7.500h7v7.500h-7M6.5 10h6.500M11 8l2 2-2 2',
  hole: 'M3 4.500h14v11H3ZM7.5 8.200h5v3.600h-5Z',
  undo: 'M7 4 3.5 7.5 7 11M3.5 7.500H12a4.3 4.3 0 0 1 0 8.600H8',
  redo: 'M13 4l3.5 3.500L13 11M16.5 7.500H8a4.3 4.3 0 0 0 0 8.600h4',
  snap: 'M4.5 3.500v6.500a5.5 5.5 0 0 0 11 0V3.500h-3.600V10a1.9 1.9 0 0 1-3.8 0V3.500ZM4.5 6.500h3.600M11.9 6.500h3.6',
  cross: 'M5 5l10 10M15 5 5 15',
  done: 'M4.5 10.5 8.2 14l7.3-8',
  point: 'M10 3v4M10 13v4M3 10h4M13 10h4M10 10h.01',
  trash: 'M4 5.500h12M8 5.500V3.500h4v2M5.5 5.500l.8 11h7.400l.8-11M8.5 8.500v5M11.5 8.500v5',
} as const satisfies Partial<Record<BoardTool, string>> & Record<string, string>;

export type DrawIconName = keyof typeof PATHS;

export function DrawIcon({ name }: { name: DrawIconName }) {
  return (
    <svg className="draw-icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
