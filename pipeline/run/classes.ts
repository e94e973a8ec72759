import type { Window } from '../../shared/grid.ts';
import { type Cog, openCog, readWindow } from '../cog/read.ts';
import { openFileSource } from '../cog/source.ts';
import { measureGround } from '../ground.ts';
import { FRACTION_SCALE } from '../layer-forms.ts';
import type { ParcelClasses } from '../merge.ts';
import type { Plan } from '../plan.ts';
import { cellAreasHa } from '../raster/cell-area.ts';
import { classifyAreasHa, measureAreaHa } from '../raster/class-area.ts';
import { accumulate, type CoveredWindow, emptyStats } from '../raster/zonal.ts';
import { runFolder } from './folder.ts';

interface GridLayers {
  readonly baseline: Cog;
  readonly period: Cog;
}

/** What the cover layers of a grid say of a window; observed where both periods have a value. */
interface CoverSurface {
  readonly window: Window;
  readonly observed: Uint8Array;
  readonly baseline: Float32Array;
  readonly period: Float32Array;
  readonly change: Float32Array;
}

/**
 * Tree cover and class areas of parcels, read off the published cover layers, so that anyone can recompute them from
 * these files. Ground without a composite on the first grid is measured on the next.
 */
export async function measureClasses(
  plan: Plan,
  wanted: { out: string; parcels: readonly number[] },
): Promise<ParcelClasses[]> {
  const layers = new Map<number, GridLayers>();
  const open = async (gridIndex: number): Promise<GridLayers> => {
    const known = layers.get(gridIndex);
    if (known) return known;
    const { key } = plan.grids[gridIndex]!;
    const opened = {
      baseline: await openCog(await openFileSource(runFolder.layer(wanted.out, 'cover', 'baseline', key))),
      period: await openCog(await openFileSource(runFolder.layer(wanted.out, 'cover', 'period', key))),
    };
    layers.set(gridIndex, opened);
    return opened;
  };
  try {
    const found: ParcelClasses[] = [];
    for (const parcel of wanted.parcels) {
      found.push(
        await measureParcel(plan, parcel, async (gridIndex, window) => readCover(await open(gridIndex), window)),
      );
    }
    return found;
  } finally {
    for (const { baseline, period } of layers.values()) {
      await baseline.source.close();
      await period.source.close();
    }
  }
}

async function measureParcel(
  plan: Plan,
  parcel: number,
  read: (gridIndex: number, window: Window) => Promise<CoverSurface>,
): Promise<ParcelClasses> {
  const { rings, gridOrder } = plan.parcels[parcel]!;
  const { lossThreshold, gainThreshold } = plan.params;
  const sums = { lossHa: 0, gainHa: 0, stableHa: 0, validHa: 0, baselineHa: 0, periodHa: 0 };
  const ground = { crs: 'EPSG:4326', rings: rings.map((ring) => Float64Array.from(ring)) };
  await measureGround(ground, gridOrder, plan.grids, read, (gridIndex, covered, surface) => {
    const areas = cellAreasHa(plan.grids[gridIndex]!.grid);
    const { window, observed: valid } = surface;
    const classes = classifyAreasHa(covered, { window, values: surface.change, valid }, areas, {
      loss: lossThreshold,
      gain: gainThreshold,
    });
    sums.lossHa += classes.lossHa;
    sums.gainHa += classes.gainHa;
    sums.stableHa += classes.stableHa;
    const ha = measureAreaHa(covered, { window, valid }, areas);
    sums.validHa += ha;
    sums.baselineHa += ha * meanCover(covered, surface, surface.baseline);
    sums.periodHa += ha * meanCover(covered, surface, surface.period);
  });
  const pct = (coverHa: number) => (sums.validHa > 0 ? (100 * coverHa) / sums.validHa : null);
  return {
    parcel,
    coverBaselinePct: pct(sums.baselineHa),
    coverPeriodPct: pct(sums.periodHa),
    lossHa: sums.lossHa,
    gainHa: sums.gainHa,
    stableHa: sums.stableHa,
  };
}

function meanCover(covered: CoveredWindow, surface: CoverSurface, values: Float32Array): number {
  return accumulate(emptyStats(), covered, { window: surface.window, values, valid: surface.observed }).mean;
}

async function readCover(layers: GridLayers, window: Window): Promise<CoverSurface> {
  const baseline = await readWindow(layers.baseline, { level: 0, window, sample: 0 });
  const period = await readWindow(layers.period, { level: 0, window, sample: 0 });
  const observed = baseline.valid.map((isValid, i) => isValid & period.valid[i]!);
  return {
    window,
    observed,
    baseline: Float32Array.from(baseline.data, (dn) => dn * FRACTION_SCALE),
    period: Float32Array.from(period.data, (dn) => dn * FRACTION_SCALE),
    // The change in stored units first, so that a change of exactly the threshold is not lost to rounding.
    change: Float32Array.from(period.data, (dn, i) => (dn - baseline.data[i]!) * FRACTION_SCALE),
  };
}
