import { describe, expect, it } from 'vitest';
import type { Position, Ring } from '../../../viewer/delineate/shape.ts';
import { type Project, snapTo } from '../../../viewer/delineate/snap.ts';

/** 1e-5 degrees a pixel. */
const project: Project = ([lon, lat]) => [(lon - 1.5) * 1e5, (9.9 - lat) * 1e5];
const field: Ring = [
  [1.5012345678912344, 9.8401],
  [1.5032, 9.8403],
  [1.5031, 9.8421],
];
const targets = [{ name: 'COP-001', shape: [[field]] }];
const beside = ([lon, lat]: Position, rightPx: number, upPx: number): Position => [
  lon + rightPx * 1e-5,
  lat + upPx * 1e-5,
];

describe('snapping within 12 pixels', () => {
  it('takes the corner 11 pixels away with its very numbers, all 17 digits of them', () => {
    const snap = snapTo(beside(field[0]!, -11, 0), targets, project);
    expect(snap).toEqual({ place: field[0], kind: 'corner', of: 'COP-001' });
    expect(snap!.place[0]).toBe(1.5012345678912344);
  });

  it('leaves a place 13 pixels away where it is', () => {
    expect(snapTo(beside(field[0]!, -13, 0), targets, project)).toBeNull();
  });

  it('takes a corner 10 pixels away rather than a side 1 pixel away', () => {
    const onSide: Position = [field[0]![0] + 9.9e-5, field[0]![1] + 1e-5];
    expect(snapTo(onSide, targets, project)).toMatchObject({ kind: 'corner', place: field[0] });
  });

  it('takes the foot on a side: the point lies on the line between its corners, to 1e-16 of a degree', () => {
    const snap = snapTo([1.50315 + 8e-5, 9.8412], targets, project)!;
    expect(snap.kind).toBe('side');
    const [a, b] = [field[1]!, field[2]!];
    const turn = (b[0] - a[0]) * (snap.place[1] - a[1]) - (b[1] - a[1]) * (snap.place[0] - a[0]);
    expect(Math.abs(turn)).toBeLessThan(1e-17);
  });

  it('takes the nearer of 2 corners, and the corners of holes too', () => {
    const hole: Ring = [
      [1.503, 9.8405],
      [1.5031, 9.8405],
      [1.5031, 9.8406],
    ];
    const withHole = [{ name: 'COP-002', shape: [[field, hole]] }];
    expect(snapTo(beside(hole[0]!, 4, 1), withHole, project)!.place).toBe(hole[0]);
    expect(snapTo(beside(hole[1]!, -4, -1), withHole, project)!.place).toBe(hole[1]);
  });
});
