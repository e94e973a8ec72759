const PLAIN = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?$/;
/** Groups of three between blanks, dots or apostrophes, decimals behind a comma or a point. */
const GROUPED = /^[+-]?\d{1,3}(?:([ .'])\d{3})(?:\1\d{3})*(?:[.,]\d*)?$/;
const DEGREES = /^([+-])?(\d{1,3}(?:[.,]\d+)?)°(?:(\d{1,2}(?:[.,]\d+)?)['′’](?:(\d{1,2}(?:[.,]\d+)?)(?:"|″|”|''))?)?$/;

/**
 * The number that a cell states as a coordinate: point or comma before the decimals, degrees with minutes and seconds, a
 * letter of N, S, E or W (not O, which is east in German and west in French). Null where it states none beyond doubt.
 */
export function parseCoordinate(cell: string): number | null {
  if (cell.length > 60) return null;
  // Nearly all cells are plain numbers.
  if (PLAIN.test(cell)) return Number(cell.replace(',', '.'));
  const trimmed = cell
    .replaceAll(/[\u00a0\u202f\u2009]/g, ' ')
    .replaceAll('−', '-')
    .trim();
  const letter = /[NSEW]$/i.exec(trimmed)?.[0].toUpperCase();
  const text = letter === undefined ? trimmed : trimmed.slice(0, -1).trimEnd();
  const value = readDegrees(text.replaceAll(/\s*([°'′’"″”])\s*/g, '$1')) ?? readNumber(text);
  if (value === null || letter === undefined) return value;
  if (value < 0) return null;
  return letter === 'S' || letter === 'W' ? -value : value;
}

function readDegrees(text: string): number | null {
  const match = DEGREES.exec(text);
  if (!match) return null;
  const [degrees, minutes, seconds] = [match[2], match[3], match[4]].map((part) =>
    Number((part ?? '0').replace(',', '.')),
  );
  if (minutes! >= 60 || seconds! >= 60) return null;
  const value = degrees! + minutes! / 60 + seconds! / 3600;
  return match[1] === '-' ? -value : value;
}

function readNumber(text: string): number | null {
  if (PLAIN.test(text)) return Number(text.replace(',', '.'));
  const mark = GROUPED.exec(text)?.[1];
  if (mark === undefined) return null;
  const joined = text.replaceAll(mark, '');
  // 1.234.567 has been a decimal number before a spreadsheet saw it as often as not: a second kind of mark settles it.
  if (mark === '.' && !joined.includes(',')) return null;
  return Number(joined.replace(',', '.'));
}
