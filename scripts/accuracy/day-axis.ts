import type { TimeAxis } from '../../pipeline/change/break-monitor.ts';
import { decimalYear } from '../../pipeline/change/decimal-year.ts';

/** Time axis of series on days `YYYY-MM-DD`, ascending, monitored from a decimal year on. */
export function axisOfDays(days: readonly string[], monitoredFromYr: number): TimeAxis {
  const timesYr = Float64Array.from(days, decimalYear);
  const startSlot = timesYr.findIndex((t) => t >= monitoredFromYr);
  return {
    timesYr,
    positions: timesYr.map((t) => Math.round((t - timesYr[0]!) * 365) + 1),
    frequency: 365,
    startSlot: startSlot < 0 ? timesYr.length : startSlot,
  };
}
