import { outlineOf } from '../geometry/outline.ts';
import { measureCommon } from '../geometry/overlap.ts';
import type { SharedGround } from './context.ts';

/** `FindPairs` for the browser and for small lists: a sweep over boxes from west to east. */
export function findPairs(areas: readonly (readonly Float64Array[])[], othersFrom: number): readonly SharedGround[] {
  const outlines = areas.map(outlineOf);
  const order = outlines.map((_, index) => index).filter((index) => areas[index]!.length > 0);
  const west = (index: number) => outlines[index]!.bboxDeg[0];
  order.sort((a, b) => west(a) - west(b) || a - b);
  const found: SharedGround[] = [];
  let open: number[] = [];
  for (const index of order) {
    const { bboxDeg } = outlines[index]!;
    open = open.filter((other) => outlines[other]!.bboxDeg[2] >= bboxDeg[0]);
    for (const other of open) {
      if (index >= othersFrom && other >= othersFrom) continue;
      const otherBox = outlines[other]!.bboxDeg;
      if (otherBox[1] > bboxDeg[3] || otherBox[3] < bboxDeg[1]) continue;
      const [first, second] = index < other ? [index, other] : [other, index];
      const common = measureCommon(outlines[first]!, outlines[second]!);
      if (common !== null) found.push({ first, second, sharedHa: common.ha });
    }
    open.push(index);
  }
  return found.sort((a, b) => a.second - b.second || a.first - b.first);
}
