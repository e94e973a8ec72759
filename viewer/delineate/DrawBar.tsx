import type { BoardProps } from './DrawBoard.tsx';

/** The tools for drawing, above the map. */
export default function DrawBar(_: BoardProps) {
  return null;
}
