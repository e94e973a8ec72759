import type { TimeAxis } from '../../../pipeline/change/break-monitor.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';

/** Days from 2018-01-01 on, `everyDays` apart; monitored from `monitoredFromYr` on. */
export function axisEvery(everyDays: number, years: number, monitoredFromYr: number): TimeAxis {
  const count = Math.floor((years * 365) / everyDays);
  const timesYr = Float64Array.from({ length: count }, (_, i) => 2018 + (i * everyDays) / 365);
  return {
    timesYr,
    positions: timesYr.map((t) => Math.round((t - 2018) * 365) + 1),
    frequency: 365,
    startSlot: timesYr.findIndex((t) => t >= monitoredFromYr),
  };
}

/** 0.45 + 0.2·cos(2π(t − 0.65)): green in August, plus noise of the given standard deviation. */
export function seasonOf({ timesYr }: TimeAxis, sigma: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  return timesYr.map((t) => {
    const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return 0.45 + 0.2 * Math.cos(2 * Math.PI * (t - 0.65)) + sigma * gauss;
  });
}

/** First slot at or after a decimal year. */
export function slotAt({ timesYr }: TimeAxis, yr: number): number {
  return timesYr.findIndex((t) => t >= yr - 1e-9);
}

/** Adds `by` to the slots from `from` to before `to`. */
export function shift(values: Float64Array, by: number, from: number, to = values.length): Float64Array {
  return values.map((value, slot) => (slot >= from && slot < to ? value + by : value));
}
