import { dayOfYear, yearOf } from './dates.ts';
import type { DemoSettings } from './settings.ts';

const LAG_LIMIT_DAYS = 80;
const STEPS_PER_DAY = 8;

export interface Season {
  /** Green share of the grass cover for a pixel that greens `lagUp` and dies `lagDown` days later than dry upland. */
  readonly greenOf: (lagUpDays: number, lagDownDays: number) => number;
  /** Share of their leaves that deciduous trees carry, 0..1. */
  readonly leafShare: number;
  /** What is left of December's straw after grazing and trampling, 0..1. */
  readonly strawLeft: number;
  /** How far the first rains of the year have come, 0..1: ash is washed away and scars green up. */
  readonly rains: number;
}

/**
 * State of grass and leaves on a day. The rains begin in mid-April to May and end in October; a wet year starts
 * earlier, stays green longer and gets greener. Grass turns to straw from early November, deciduous trees drop their
 * leaves from late January to March and flush in late March, before the rains.
 */
export function seasonOf(day: number, settings: DemoSettings): Season {
  const year = yearOf(day);
  const doy = dayOfYear(day);
  const wet = (y: number) =>
    ((settings.rainfallMm[String(y)] ?? settings.meanRainfallMm) / settings.meanRainfallMm - 1) * 10;
  const onset = 128 - wet(year) * 6;
  const end = (y: number) => 306 + wet(y) * 5;
  const heightOf = (y: number) => Math.min(0.97, 0.84 + wet(y) * 0.045);
  const height = heightOf(year);
  const lastHeight = heightOf(year - 1);
  const up = curve((lag) => sigmoid((doy - onset - 24 - lag) / 11));
  const down = curve((lag) => 1 - sigmoid((doy - end(year) - lag) / 9));
  const lastDown = curve((lag) => 1 - sigmoid((doy + 365 - end(year - 1) - lag) / 9));
  return {
    greenOf: (lagUpDays, lagDownDays) => {
      const u = up[slot(lagUpDays)]!;
      const dying = slot(lagDownDays);
      return height * u * down[dying]! + lastHeight * (1 - u) * lastDown[dying]!;
    },
    leafShare: leafShareOf(doy),
    strawLeft: doy > 305 ? 1 : doy < onset ? 1 - 0.38 * Math.min(1, (doy + 30) / 130) : 0.62,
    rains: sigmoid((doy - onset - 6) / 7) * (doy < 330 ? 1 : 0),
  };
}

function leafShareOf(doy: number): number {
  const fall = sigmoid((doy - 44) / 9);
  const flush = sigmoid((doy - 92) / 6);
  return doy > 250 ? 1 : 1 - 0.75 * fall * (1 - flush);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function slot(lagDays: number): number {
  return Math.round((Math.min(LAG_LIMIT_DAYS, Math.max(-LAG_LIMIT_DAYS, lagDays)) + LAG_LIMIT_DAYS) * STEPS_PER_DAY);
}

function curve(at: (lagDays: number) => number): Float32Array {
  const table = new Float32Array(2 * LAG_LIMIT_DAYS * STEPS_PER_DAY + 1);
  for (let k = 0; k < table.length; k++) table[k] = at(k / STEPS_PER_DAY - LAG_LIMIT_DAYS);
  return table;
}
