import type { Language } from '../state.ts';

/** English dates day first, as `14 Feb 2021`: the same order as in the other two languages. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr', de: 'de' };

/** Making an Intl formatter costs a thousand times what using it does, and tables use them by the hundred. */
const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

function numberFormat(language: Language, digits: number, isChange: boolean): Intl.NumberFormat {
  const key = `${language} ${digits} ${isChange}`;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(LOCALES[language], {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      // What rounds to nothing has no sign.
      signDisplay: isChange ? 'exceptZero' : 'negative',
    });
    numberFormats.set(key, format);
  }
  return format;
}

function dateFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  let format = dateFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone: 'UTC' });
    dateFormats.set(key, format);
  }
  return format;
}

/** A number with a fixed count of decimals and a true minus sign, as wide as a digit. */
export function formatNumber(language: Language, value: number, digits = 0): string {
  return numberFormat(language, digits, false).format(value).replace('-', '−');
}

/** The same with a sign on both sides of zero: `+0.075`, `−0.180`, `0.000`. */
export function formatChange(language: Language, value: number, digits: number): string {
  return numberFormat(language, digits, true).format(value).replace('-', '−');
}

/** Hectares without their unit: 2 decimals under 100, else 1. */
export function formatHa(language: Language, ha: number): string {
  return formatNumber(language, ha, Math.abs(ha) < 99.995 ? 2 : 1);
}

export function formatNdvi(language: Language, ndvi: number): string {
  return formatNumber(language, ndvi, 3);
}

/** A share 0 to 1 in whole percent; what is neither nothing nor all never reads as 0 or 100. */
export function formatSharePct(language: Language, fraction: number): string {
  const pct = fraction * 100;
  if (pct > 0 && pct < 0.5) return `<${formatNumber(language, 1)}`;
  if (pct < 100 && pct > 99.5) return `>${formatNumber(language, 99)}`;
  return formatNumber(language, pct);
}

/** UTC day of a time stamp or of a day `YYYY-MM-DD`: `14 Feb 2021`. */
export function formatDay(language: Language, datetime: string): string {
  return dateFormat(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(datetime));
}

const MARKS = {
  year: { year: 'numeric' },
  month: { month: 'short', year: 'numeric' },
  day: { day: 'numeric', month: 'short' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

/** A mark on a time axis, UTC: `2021`, `Feb 2021`, `14 Feb`. */
export function formatMark(language: Language, timeMs: number, unit: keyof typeof MARKS): string {
  return dateFormat(language, MARKS[unit]).format(timeMs);
}

/** Names of months 1 to 12, short, in the order given. */
export function formatMonths(language: Language, months: readonly number[]): string {
  const format = dateFormat(language, { month: 'short' });
  return months.map((month) => format.format(new Date(Date.UTC(2020, month - 1, 15)))).join(', ');
}

/** `sentinel-2a` → `Sentinel-2A`, `landsat-8` → `Landsat 8`; names of other makes stay as they are. */
export function formatPlatform(platform: string): string {
  const [, sentinel] = /^sentinel-(\d[a-z])$/i.exec(platform) ?? [];
  if (sentinel) return `Sentinel-${sentinel.toUpperCase()}`;
  const [, landsat] = /^landsat-(\d)$/i.exec(platform) ?? [];
  return landsat ? `Landsat ${landsat}` : platform;
}
