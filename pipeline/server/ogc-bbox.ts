import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { Results } from './results.ts';

type Ring = readonly (readonly [number, number])[];

const KEPT_ANSWERS = 8;
const READ_AT_ONCE = 64;
const answersOf = new WeakMap<Results, Map<string, Promise<number[]>>>();

/** Positions of the parcels whose geometry meets one of the boxes, edges included, in file order. */
export function findInBoxes(results: Results, boxes: readonly Bbox[]): Promise<readonly number[]> {
  const answers = answersOf.get(results) ?? new Map<string, Promise<number[]>>();
  answersOf.set(results, answers);
  const key = JSON.stringify(boxes);
  const answer = answers.get(key) ?? search(results, boxes);
  answers.delete(key);
  answers.set(key, answer);
  answer.catch(() => answers.delete(key));
  if (answers.size > KEPT_ANSWERS) answers.delete(answers.keys().next().value!);
  return answer;
}

async function search(results: Results, boxes: readonly Bbox[]): Promise<number[]> {
  const inside: number[] = [];
  const doubtful: number[] = [];
  results.parcels.forEach(({ bboxDeg, reason }, position) => {
    if (!boxes.some((box) => overlaps(box, bboxDeg))) return;
    // A refused parcel may have no geometry; its row then has the box of the whole run.
    const isWhole = boxes.some((box) => contains(box, bboxDeg)) && !reason.startsWith('refused: ');
    (isWhole ? inside : doubtful).push(position);
  });
  for (let at = 0; at < doubtful.length; at += READ_AT_ONCE) {
    const some = doubtful.slice(at, at + READ_AT_ONCE);
    const geometries = await Promise.all(some.map((position) => results.readGeometry(position)));
    some.forEach((position, i) => {
      if (boxes.some((box) => meetsBox(geometries[i]!, box))) inside.push(position);
    });
  }
  return inside.sort((a, b) => a - b);
}

/** Whether any point of an area, its edge included, lies in the box or on its edge. */
export function meetsBox({ type, coordinates }: GeoJsonGeometry, box: Bbox): boolean {
  const polygons = (type === 'Polygon' ? [coordinates] : coordinates) as readonly (readonly Ring[])[];
  return polygons.some((rings) => rings.some((ring) => crossesBox(ring, box)) || isInside(rings, box[0], box[1]));
}

function crossesBox(ring: Ring, box: Bbox): boolean {
  for (let i = 0; i + 1 < ring.length; i += 1) if (segmentMeets(ring[i]!, ring[i + 1]!, box)) return true;
  return false;
}

/** Clips the segment against the box's four sides (Liang and Barsky 1984): what is left has a length of 0 or more. */
function segmentMeets(from: readonly [number, number], to: readonly [number, number], box: Bbox): boolean {
  let [enter, leave] = [0, 1];
  for (const axis of [0, 1] as const) {
    const step = to[axis] - from[axis];
    const [low, high] = [box[axis] - from[axis], box[axis + 2]! - from[axis]];
    if (step === 0) {
      if (low > 0 || high < 0) return false;
      continue;
    }
    const [first, last] = step > 0 ? [low / step, high / step] : [high / step, low / step];
    enter = Math.max(enter, first);
    leave = Math.min(leave, last);
  }
  return enter <= leave;
}

/** Even-odd rule over all rings, so that holes are outside. */
function isInside(rings: readonly Ring[], x: number, y: number): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [[x1, y1], [x2, y2]] = [ring[i]!, ring[i + 1]!];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}

function overlaps(a: Bbox, b: Bbox): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

function contains(outer: Bbox, inner: Bbox): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}
