import type { Language } from '../state.ts';
import type { Position } from './shape.ts';

/**
 * Reads a place as it stands on paper or on a GPS receiver: latitude first, then longitude, in decimal degrees
 * (`9.8412, 1.5523`, `9,8412 1,5523`), in degrees and minutes or also seconds (`9°50'28.3"N 1°33'08"E`), with letters of
 * the language before or after: O is west in French, east in German. Null where it cannot be read without guessing.
 */
export function readPlace(text: string, language: Language): Position | null {
  const clean = text
    .trim()
    .replaceAll(/[′’‘´]/g, "'")
    .replaceAll(/[″”“]|''/g, '"')
    .replaceAll('−', '-')
    .replaceAll('º', '°');
  const halves = halvesOf(clean);
  if (!halves) return null;
  const [first, second] = [readAngle(halves[0], language), readAngle(halves[1], language)];
  if (!first || !second) return null;
  const isSwapped = first.axis === 'lon' && second.axis !== 'lon';
  if (!isSwapped && (second.axis === 'lat' || first.axis === 'lon')) return null;
  const [lat, lon] = isSwapped ? [second.deg, first.deg] : [first.deg, second.deg];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lon, lat] : null;
}

/** The two angles of a text: apart by `;`, by a letter, by a comma with a space, by spaces, or by a lone comma. */
function halvesOf(text: string): [string, string] | null {
  const splits = [
    /\s*;\s*/,
    /(?<=[NSEWO])[\s,]+(?=[-+\d])/i,
    /\s*,\s+/,
    /(?<=\d)\s+(?=[-+\d]+(?:[.,]\d+)?$)/,
    /[\s,]+(?=[NSEWO]\s*\d)/i,
  ];
  for (const split of splits) {
    const parts = text.split(split);
    if (parts.length === 2 && parts[0] && parts[1]) return [parts[0], parts[1]];
  }
  // `9.8412,1.5523`: a comma between numbers with points.
  const points = /^([-+]?\d+\.\d+),([-+]?\d+\.\d+)$/.exec(text);
  return points ? [points[1]!, points[2]!] : null;
}

const LETTERS: Readonly<Record<string, readonly [axis: 'lat' | 'lon', sign: 1 | -1]>> = {
  N: ['lat', 1],
  S: ['lat', -1],
  E: ['lon', 1],
  W: ['lon', -1],
};
const WEST_OR_EAST: Readonly<Record<Language, 1 | -1 | null>> = { en: null, fr: -1, de: 1 };

const ANGLE =
  /^([NSEWO])?\s*([-+])?(\d{1,3}(?:[.,]\d+)?)(?:\s*°\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*'\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*")?)?)?\s*([NSEWO])?$/i;

function readAngle(text: string, language: Language): { deg: number; axis: 'lat' | 'lon' | null } | null {
  const match = ANGLE.exec(text.trim());
  if (!match) return null;
  const [, before, minus, degText, minuteText, secondText, after] = match;
  const letter = (before ?? after)?.toUpperCase();
  // A sign and a letter, or two letters, contradict each other.
  if ((before && after) || (letter && minus)) return null;
  const number = (part: string | undefined) => (part === undefined ? 0 : Number(part.replace(',', '.')));
  const [minutes, seconds] = [number(minuteText), number(secondText)];
  if (minutes >= 60 || seconds >= 60) return null;
  const ofO = WEST_OR_EAST[language];
  if (letter === 'O' && ofO === null) return null;
  const [axis, sign] =
    letter === 'O' ? (['lon', ofO!] as const) : letter ? LETTERS[letter]! : ([null, minus === '-' ? -1 : 1] as const);
  return { deg: sign * (number(degText) + minutes / 60 + seconds / 3600), axis };
}
