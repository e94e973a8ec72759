import { formatNumber } from '../panels/format.ts';
import type { Language } from '../state.ts';

/** A space that keeps a number and its unit on one line. */
const NB = '\u00a0';

/** Hectares with their unit as people say them: square metres below a tenth of a hectare. Never 0 where there is some. */
export function sayHectares(language: Language, ha: number): string {
  const squareMetres = Math.abs(ha) * 10_000;
  if (squareMetres === 0 || squareMetres >= 1000) {
    const digits = Math.abs(ha) < 99.995 ? 2 : 1;
    return `${formatNumber(language, ha, squareMetres === 0 ? 0 : digits)}${NB}ha`;
  }
  if (squareMetres < 1) return `<${NB}${formatNumber(language, 1)}${NB}m²`;
  return `${formatNumber(language, Math.sign(ha) * Math.round(squareMetres))}${NB}m²`;
}

/** Hectares of a difference, with a sign. */
export function sayHectaresMore(language: Language, ha: number): string {
  return ha > 0 ? `+${sayHectares(language, ha)}` : sayHectares(language, ha);
}

export function sayMetres(language: Language, m: number): string {
  return `${formatNumber(language, m, m < 10 && !Number.isInteger(m) ? 1 : 0)}${NB}m`;
}

/** Percent without decimals, but never 0 or 100 where it is not. */
export function sayPercent(language: Language, pct: number): string {
  if (pct > 0 && pct < 0.5) return `<${NB}${formatNumber(language, 1)}${NB}%`;
  if (pct > 99.5 && pct < 100) return `>${NB}${formatNumber(language, 99)}${NB}%`;
  return `${formatNumber(language, pct)}${NB}%`;
}

/** Bytes in the unit that leaves one to three digits before the point. */
export function sayBytes(language: Language, bytes: number): string {
  const units = language === 'fr' ? ['o', 'ko', 'Mo', 'Go'] : ['B', 'kB', 'MB', 'GB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** step;
  return `${formatNumber(language, value, step === 0 || value >= 100 ? 0 : 1)}${NB}${units[step]}`;
}
