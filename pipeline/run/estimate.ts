import type { Inspection } from './inspect.ts';
import type { PreparedRun } from './prepare.ts';

/** What a run would read and how long it would take on this machine. */
export interface Estimate {
  readonly scenes: number;
  readonly units: number;
  /** Pixels of all bands and dates in the units. */
  readonly pixels: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Pixels that one worker reads, masks and composites a second, measured on a 2-core machine with deflate COGs. */
const PIXELS_PER_WORKER_SECOND = 7e6;
/** Start-up, tables and the first start of the embedded database. */
const FIXED_SECONDS = 2;

export function estimateRun({ plan, inspections, config }: PreparedRun): Estimate {
  const share = new Map<number, number>();
  for (const unit of plan.units) {
    const { widthPx, heightPx } = plan.grids[unit.gridIndex]!.grid;
    const part = (unit.window.widthPx * unit.window.heightPx) / (widthPx * heightPx);
    share.set(unit.gridIndex, (share.get(unit.gridIndex) ?? 0) + part);
  }
  const weigh = (of: (inspection: Inspection) => number) =>
    plan.scenes.reduce((total, planned) => {
      const inspection = inspections.find(({ scene }) => scene.id === planned.scene.id)!;
      return total + of(inspection) * Math.min(1, share.get(planned.gridIndex) ?? 0);
    }, 0);
  const pixels = Math.round(weigh((inspection) => inspection.pixels));
  return {
    scenes: plan.scenes.length,
    units: plan.units.length,
    pixels,
    bytes: Math.round(weigh((inspection) => inspection.bytes)),
    seconds: FIXED_SECONDS + pixels / PIXELS_PER_WORKER_SECOND / config.workers,
  };
}
