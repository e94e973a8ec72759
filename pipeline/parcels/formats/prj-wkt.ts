/** A node of WKT 1: `KEYWORD["text", 1.5, OTHER[…]]`. */
export interface WktNode {
  readonly keyword: string;
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  readonly nodes: readonly WktNode[];
}

const LONGEST = 20_000;
const DEEPEST = 12;

const TOKEN =
  /\s*(?:"((?:[^"]|"")*)"|([A-Za-z_][A-Za-z0-9_]*)|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([[\](),]))/y;

interface Scan {
  readonly text: string;
  at: number;
}

/** Parses WKT of a coordinate reference system; null where it is none, is longer than 20,000 letters or too deep. */
export function parseWkt(text: string): WktNode | null {
  if (text.length > LONGEST) return null;
  const scan: Scan = { text: text.replace(/^\uFEFF/, '').trimEnd(), at: 0 };
  const keyword = next(scan)?.word;
  if (keyword === undefined) return null;
  const root = readNode(scan, keyword, 0);
  return root !== null && scan.at >= scan.text.length ? root : null;
}

interface Token {
  readonly string?: string | undefined;
  readonly word?: string | undefined;
  readonly number?: number | undefined;
  readonly mark?: string | undefined;
}

function next(scan: Scan): Token | null {
  TOKEN.lastIndex = scan.at;
  const match = TOKEN.exec(scan.text);
  if (match === null) return null;
  scan.at = TOKEN.lastIndex;
  const [, string, word, number, mark] = match;
  if (string !== undefined) return { string: string.replaceAll('""', '"') };
  return { word, number: number === undefined ? undefined : Number(number), mark };
}

/** Reads what stands in brackets behind a keyword; null where that does not end properly. */
function readNode(scan: Scan, keyword: string, depth: number): WktNode | null {
  const open = next(scan)?.mark;
  if (depth > DEEPEST || (open !== '[' && open !== '(')) return null;
  const texts: string[] = [];
  const numbers: number[] = [];
  const nodes: WktNode[] = [];
  for (;;) {
    const token = next(scan);
    if (token?.string !== undefined) texts.push(token.string);
    else if (token?.number !== undefined) numbers.push(token.number);
    else if (token?.word !== undefined) {
      const behind = scan.at;
      const isNode = /^\s*[[(]/.test(scan.text.slice(behind, behind + 20));
      const node = isNode ? readNode(scan, token.word.toUpperCase(), depth + 1) : null;
      // A bare word is a direction of an axis, such as NORTH.
      if (isNode && node === null) return null;
      if (node !== null) nodes.push(node);
    } else return null;
    const mark = next(scan)?.mark;
    if (mark === ']' || mark === ')') return { keyword: keyword.toUpperCase(), texts, numbers, nodes };
    if (mark !== ',') return null;
  }
}
