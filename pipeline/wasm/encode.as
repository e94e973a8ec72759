// Blocks on their way into a file: horizontal predictor, Deflate (RFC 1950, 1951) of runs only, and halves of overviews.
// The caller hands addresses from `freeAt` on; below lie the tables, and constants of the compiler before 2048. Definitions in TypeScript: pipeline/cog/predictor.ts,
// overview.ts; of Deflate any inflater.

/** Literals and lengths (0 to 285), then how often each occurs, four counters a symbol to keep additions apart. */
const SYMBOLS: i32 = 286;
const END_OF_BLOCK: i32 = 256;
/** Four codes of literals and seven bits left over fit into 64. */
const MAX_BITS: i32 = 14;
const COUNTS: usize = 2048;
/** For each symbol its code with the first bit lowest, and from bit 16 on its length. */
const CODES: usize = 10240;
const LENGTHS: usize = 12288;
/** Code of a run's length (3 to 258), its extra bits and its distance: bits, and their number from bit 32 on. */
const RUNS: usize = 12800;
/** Symbol and extra bits of a run's length: u16 symbol, u8 number of extra bits, u8 what they hold. */
const RUN_SYMBOLS: usize = 14976;
/** Room for the making of codes. */
const SORTED: usize = 16128;
const WEIGHTS: usize = 18432;
const HEADER: usize = 22528;
const HEADER_COUNTS: usize = 23552;
const HEADER_CODES: usize = 23680;
const HEADER_LENGTHS: usize = 23808;
const DEPTHS: usize = 23936;
/** The order in which the lengths of the head's own code are written (RFC 1951, 3.2.7). */
const HEAD_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
const TABLES_END: usize = 26624;

/** Input that shares one code. Smaller pieces follow the data more closely, but each has a head of about 70 bytes. */
const PIECE_BYTES: usize = 65536;

export function freeAt(): usize {
  return TABLES_END;
}

// ---- Predictor ----

/** Differences of neighbours `samples` apart in rows of bytes. Rows of the source are `stride` bytes apart. */
export function differ8(from: usize, stride: usize, to: usize, rowBytes: usize, rows: i32, samples: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < samples; i++) store<u8>(to + i, load<u8>(from + i));
    let i = samples;
    for (; i + 16 <= rowBytes; i += 16) {
      v128.store(to + i, i8x16.sub(v128.load(from + i), v128.load(from + i - samples)));
    }
    for (; i < rowBytes; i++) store<u8>(to + i, load<u8>(from + i) - load<u8>(from + i - samples));
    from += stride;
    to += rowBytes;
  }
}

/** The same of 16-bit numbers. */
export function differ16(from: usize, stride: usize, to: usize, rowBytes: usize, rows: i32, samples: usize): void {
  const back = samples << 1;
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < back; i += 2) store<u16>(to + i, load<u16>(from + i));
    let i = back;
    for (; i + 16 <= rowBytes; i += 16) {
      v128.store(to + i, i16x8.sub(v128.load(from + i), v128.load(from + i - back)));
    }
    for (; i < rowBytes; i += 2) store<u16>(to + i, load<u16>(from + i) - load<u16>(from + i - back));
    from += stride;
    to += rowBytes;
  }
}

/** The floating-point predictor of 32-bit numbers: all most significant bytes of a row first, then differences. */
export function differFloat(from: usize, stride: usize, to: usize, rowBytes: usize, rows: i32, samples: usize): void {
  const values = rowBytes >> 2;
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < values; i++) {
      const bits = load<u32>(from + (i << 2));
      store<u8>(to + i, u8(bits >> 24));
      store<u8>(to + values + i, u8(bits >> 16));
      store<u8>(to + 2 * values + i, u8(bits >> 8));
      store<u8>(to + 3 * values + i, u8(bits));
    }
    for (let i = rowBytes - 1; i >= samples; i--) store<u8>(to + i, load<u8>(to + i) - load<u8>(to + i - samples));
    from += stride;
    to += rowBytes;
  }
}

// ---- Deflate ----

let bits: u64 = 0;
let bitCount: u64 = 0;
let at: usize = 0;

/** Upper bound of what `deflate` writes, with room for stores that reach beyond. */
export function deflatedBound(bytes: usize): usize {
  return bytes + (bytes >> 2) + 4096;
}

/** Compresses `bytes` bytes to `to` as a zlib stream; returns its length. 32 bytes before and after `from` are read. */
export function deflate(from: usize, bytes: usize, to: usize): usize {
  at = to;
  bits = 0;
  bitCount = 0;
  makeRunSymbols();
  store<u16>(at, 0x0178);
  at += 2;
  for (let done: usize = 0; done < bytes; done += PIECE_BYTES) {
    const piece = min<usize>(PIECE_BYTES, bytes - done);
    deflatePiece(from + done, piece, done === 0, done + piece === bytes);
  }
  while (bitCount > 0) {
    store<u8>(at, u8(bits));
    at += 1;
    bits >>= 8;
    bitCount = bitCount > 8 ? bitCount - 8 : 0;
  }
  store<u32>(at, bswap<u32>(adler32(from, bytes)));
  return at + 4 - to;
}

@inline
function put(value: u64, count: u64): void {
  bits |= value << bitCount;
  bitCount += count;
  store<u64>(at, bits);
  const whole = bitCount >> 3;
  at += usize(whole);
  bits >>= whole << 3;
  bitCount &= 7;
}

function deflatePiece(from: usize, bytes: usize, isFirst: bool, isLast: bool): void {
  memory.fill(COUNTS, 0, 8192);
  countPiece(from, bytes, isFirst);
  for (let i: usize = 0; i < usize(SYMBOLS); i++) {
    const four = v128.load(COUNTS + (i << 4));
    const sum =
      i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3);
    store<u32>(WEIGHTS + (i << 2), sum);
  }
  store<u32>(WEIGHTS + (usize(END_OF_BLOCK) << 2), 1);
  makeCodes(WEIGHTS, SYMBOLS, MAX_BITS, LENGTHS, CODES);
  writeHead(isLast);
  makeRunCodes();
  writePiece(from, bytes, isFirst);
  const code = load<u32>(CODES + (usize(END_OF_BLOCK) << 2));
  put(u64(code & 0xffff), u64(code >> 16));
}

/** Positions of 16 from `p` on where a byte, and the two after it, equal the one before: a run begins. */
@inline
function runsAt(p: usize): i32 {
  const here = v128.load(p);
  const equal = i8x16.bitmask(i8x16.eq(here, v128.load(p - 1)));
  return equal & (equal >> 1) & (equal >> 2);
}

/** How many bytes from `p` on, at most 258, equal the one before it. */
@inline
function runLength(p: usize, end: usize): usize {
  const value = i8x16.splat(load<u8>(p - 1));
  const stop = min(end, p + 258);
  let q = p;
  while (q + 16 <= stop) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(q), value));
    if (same !== 0xffff) return q - p + usize(ctz<i32>(~same));
    q += 16;
  }
  const byte = load<u8>(p - 1);
  while (q < stop && load<u8>(q) === byte) q += 1;
  return q - p;
}

@inline
function count(symbol: usize, lane: usize): void {
  const counter = COUNTS + (symbol << 4) + lane;
  store<u32>(counter, load<u32>(counter) + 1);
}

function countPiece(from: usize, bytes: usize, isFirst: bool): void {
  const end = from + bytes;
  let p = from;
  if (isFirst) {
    count(load<u8>(p), 0);
    p += 1;
  }
  while (p < end) {
    let ahead: usize = 16;
    if (p + 16 <= end) {
      const runs = runsAt(p);
      if (runs === 0) {
        const a = load<u64>(p);
        const b = load<u64>(p, 8);
        countEight(a);
        countEight(b);
        p += 16;
        continue;
      }
      ahead = usize(ctz<i32>(runs));
    } else ahead = end - p;
    for (const stop = p + ahead; p < stop; p++) count(load<u8>(p), (p & 3) << 2);
    if (p >= end) break;
    const length = runLength(p, end);
    count(load<u16>(RUN_SYMBOLS + (length << 2)), 0);
    p += length;
  }
}

@inline
function countEight(eight: u64): void {
  count(usize(eight & 255), 0);
  count(usize((eight >> 8) & 255), 4);
  count(usize((eight >> 16) & 255), 8);
  count(usize((eight >> 24) & 255), 12);
  count(usize((eight >> 32) & 255), 0);
  count(usize((eight >> 40) & 255), 4);
  count(usize((eight >> 48) & 255), 8);
  count(usize(eight >> 56), 12);
}

/** Writes what `countPiece` counted: both walk alike. */
function writePiece(from: usize, bytes: usize, isFirst: bool): void {
  const end = from + bytes;
  let p = from;
  if (isFirst) {
    putLiteral(load<u8>(p));
    p += 1;
  }
  while (p < end) {
    let ahead: usize = 16;
    if (p + 16 <= end) {
      const runs = runsAt(p);
      if (runs === 0) {
        putFour(load<u32>(p));
        putFour(load<u32>(p, 4));
        putFour(load<u32>(p, 8));
        putFour(load<u32>(p, 12));
        p += 16;
        continue;
      }
      ahead = usize(ctz<i32>(runs));
    } else ahead = end - p;
    for (const stop = p + ahead; p < stop; p++) putLiteral(load<u8>(p));
    if (p >= end) break;
    const length = runLength(p, end);
    const run = load<u64>(RUNS + (length << 3));
    put(run & 0xffffffff, run >> 32);
    p += length;
  }
}

@inline
function putLiteral(byte: usize): void {
  const code = load<u32>(CODES + (byte << 2));
  put(u64(code & 0xffff), u64(code >> 16));
}

@inline
function putFour(four: u32): void {
  const a = load<u32>(CODES + (usize(four & 255) << 2));
  const b = load<u32>(CODES + (usize((four >> 8) & 255) << 2));
  const c = load<u32>(CODES + (usize((four >> 16) & 255) << 2));
  const d = load<u32>(CODES + (usize(four >> 24) << 2));
  const ab = u64(a & 0xffff) | (u64(b & 0xffff) << u64(a >> 16));
  const cd = u64(c & 0xffff) | (u64(d & 0xffff) << u64(c >> 16));
  const abBits = u64((a >> 16) + (b >> 16));
  put(ab | (cd << abBits), abBits + u64((c >> 16) + (d >> 16)));
}

/** RFC 1951, 3.2.5. */
function makeRunSymbols(): void {
  let length: usize = 3;
  for (let symbol: u16 = 257; symbol < 285; symbol++) {
    const extra: u8 = symbol < 265 ? 0 : u8((symbol - 261) >> 2);
    for (let i: usize = 0; i < usize(1) << extra; i++, length++) {
      store<u16>(RUN_SYMBOLS + (length << 2), symbol);
      store<u8>(RUN_SYMBOLS + (length << 2) + 2, extra);
      store<u8>(RUN_SYMBOLS + (length << 2) + 3, u8(i));
    }
  }
  // The longest has a symbol of its own.
  store<u32>(RUN_SYMBOLS + (258 << 2), 285);
}

function makeRunCodes(): void {
  for (let length: usize = 3; length <= 258; length++) {
    const entry = RUN_SYMBOLS + (length << 2);
    const code = load<u32>(CODES + (usize(load<u16>(entry)) << 2));
    const codeBits = u64(code >> 16);
    const extra = u64(load<u8>(entry, 2));
    // Distance 1 is code 0 of one bit.
    const run = u64(code & 0xffff) | (u64(load<u8>(entry, 3)) << codeBits);
    store<u64>(RUNS + (length << 3), run | ((codeBits + extra + 1) << 32));
  }
}

/**
 * Lengths of a Huffman code of at most `maxBits` bits, and the code itself (RFC 1951, 3.2.2). Moffat and Katajainen,
 * "In-place calculation of minimum-redundancy codes" (1995). At least two weights are above 0.
 */
function makeCodes(weights: usize, symbols: i32, maxBits: i32, lengths: usize, codes: usize): void {
  const n = sortSymbols(weights, symbols);
  makeDepths(n);
  limitDepths(n, maxBits);
  memory.fill(lengths, 0, usize(symbols));
  for (let i = 0; i < n; i++) {
    const entry = load<u64>(SORTED + (usize(i) << 3));
    store<u8>(lengths + usize(entry & 0xffff), u8(entry >> 32));
  }
  assignCodes(symbols, maxBits, lengths, codes);
}

/** Symbols of weight above 0 by weight, then number, to SORTED as weight · 2^32 + symbol; returns how many. */
function sortSymbols(weights: usize, symbols: i32): i32 {
  let n = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const weight = load<u32>(weights + (usize(symbol) << 2));
    if (weight === 0) continue;
    const entry = (u64(weight) << 32) | u64(symbol);
    store<u64>(SORTED + (usize(n) << 3), entry);
    n += 1;
  }
  for (let gap = 121; gap > 0; gap = (gap - 1) / 3) {
    for (let i = gap; i < n; i++) {
      const entry = load<u64>(SORTED + (usize(i) << 3));
      let j = i;
      for (; j >= gap && load<u64>(SORTED + (usize(j - gap) << 3)) > entry; j -= gap) {
        store<u64>(SORTED + (usize(j) << 3), load<u64>(SORTED + (usize(j - gap) << 3)));
      }
      store<u64>(SORTED + (usize(j) << 3), entry);
    }
  }
  return n;
}

@inline
function high(i: i32): u32 {
  return load<u32>(SORTED + (usize(i) << 3), 4);
}

@inline
function setHigh(i: i32, value: u32): void {
  store<u32>(SORTED + (usize(i) << 3), value, 4);
}

/** Replaces the weights in SORTED, ascending, by the depths of their symbols. */
function makeDepths(n: i32): void {
  // First pass: parents; the upper halves turn from weights to internal weights to parents.
  setHigh(0, high(0) + high(1));
  let root = 0;
  let leaf = 2;
  for (let next = 1; next < n - 1; next++) {
    let weight: u32 = 0;
    for (let k = 0; k < 2; k++) {
      if (leaf >= n || (root < next && high(root) < high(leaf))) {
        weight += high(root);
        setHigh(root, next);
        root += 1;
      } else {
        weight += high(leaf);
        leaf += 1;
      }
    }
    setHigh(next, weight);
  }
  // Second pass: depths of internal nodes. Third: those of leaves.
  setHigh(n - 2, 0);
  for (let next = n - 3; next >= 0; next--) setHigh(next, high(high(next)) + 1);
  let available = 1;
  let used = 0;
  let depth: u32 = 0;
  let node = n - 2;
  let next = n - 1;
  while (available > 0) {
    while (node >= 0 && high(node) === depth) {
      used += 1;
      node -= 1;
    }
    while (available > used) {
      setHigh(next, depth);
      next -= 1;
      available -= 1;
    }
    available = 2 * used;
    depth += 1;
    used = 0;
  }
}

/**
 * Cuts depths to `maxBits`. A code that is cut takes too much of the room, 2^-maxBits at a time: each time one of the
 * deepest of the others moves down by one and takes a cut one as its neighbour, which gives that much back.
 */
function limitDepths(n: i32, maxBits: i32): void {
  if (high(0) <= u32(maxBits)) return;
  memory.fill(DEPTHS, 0, 64);
  let excess: i32 = -(1 << maxBits);
  for (let i = 0; i < n; i++) {
    const depth = min<u32>(high(i), u32(maxBits));
    addDepth(depth, 1);
    excess += 1 << (maxBits - depth);
  }
  for (; excess > 0; excess--) {
    let depth = maxBits - 1;
    while (load<i32>(DEPTHS + (usize(depth) << 2)) === 0) depth -= 1;
    addDepth(depth, -1);
    addDepth(depth + 1, 2);
    addDepth(maxBits, -1);
  }
  // The rarest have the longest codes.
  let i = 0;
  for (let depth = maxBits; depth > 0; depth--) {
    for (let left = load<i32>(DEPTHS + (usize(depth) << 2)); left > 0; left--, i++) setHigh(i, depth);
  }
}

function addDepth(depth: i32, by: i32): void {
  const counter = DEPTHS + (usize(depth) << 2);
  store<i32>(counter, load<i32>(counter) + by);
}

function assignCodes(symbols: i32, maxBits: i32, lengths: usize, codes: usize): void {
  let code: u32 = 0;
  for (let length = 1; length <= maxBits; length++) {
    code <<= 1;
    for (let symbol = 0; symbol < symbols; symbol++) {
      if (load<u8>(lengths + usize(symbol)) !== u8(length)) continue;
      store<u32>(codes + (usize(symbol) << 2), reverse(code, length) | (u32(length) << 16));
      code += 1;
    }
  }
}

function reverse(code: u32, length: i32): u32 {
  let out: u32 = 0;
  for (let i = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i);
  return out;
}

/** Begins a block with codes of its own: the lengths of the literals' code, runs of them counted, in a code in turn. */
function writeHead(isLast: bool): void {
  let used = SYMBOLS;
  while (used > 257 && load<u8>(LENGTHS + usize(used - 1)) === 0) used -= 1;
  // Two codes of distances: a lone one is not complete, and not every inflater takes it.
  store<u8>(LENGTHS + usize(used), 1);
  store<u8>(LENGTHS + usize(used) + 1, 1);
  const tokens = countLengths(used + 2);
  makeCodes(HEADER_COUNTS, 19, 7, HEADER_LENGTHS, HEADER_CODES);
  let written = 19;
  while (written > 4 && load<u8>(HEADER_LENGTHS + usize(load<u8>(HEAD_ORDER + usize(written - 1)))) === 0) written -= 1;
  put(isLast ? 5 : 4, 3);
  put(u64(used - 257), 5);
  put(1, 5);
  put(u64(written - 4), 4);
  for (let i = 0; i < written; i++) put(load<u8>(HEADER_LENGTHS + usize(load<u8>(HEAD_ORDER + usize(i)))), 3);
  for (let i = 0; i < tokens; i++) {
    const token = load<u16>(HEADER + (usize(i) << 1));
    const symbol = usize(token & 31);
    const code = load<u32>(HEADER_CODES + (symbol << 2));
    put(u64(code & 0xffff), u64(code >> 16));
    if (symbol === 16) put(u64(token >> 5), 2);
    else if (symbol === 17) put(u64(token >> 5), 3);
    else if (symbol === 18) put(u64(token >> 5), 7);
  }
  memory.fill(LENGTHS + usize(used), 0, 2);
}

/** Code lengths as symbols of 0 to 18, extra bits from bit 5 on, to HEADER; how often each occurs; returns how many. */
function countLengths(lengths: i32): i32 {
  memory.fill(HEADER_COUNTS, 0, 76);
  let tokens = 0;
  for (let i = 0; i < lengths; ) {
    const length = load<u8>(LENGTHS + usize(i));
    let same = 1;
    while (i + same < lengths && load<u8>(LENGTHS + usize(i + same)) === length) same += 1;
    let token: u32 = length;
    if (length === 0 && same >= 3) {
      same = min(same, 138);
      token = same < 11 ? 17 | ((same - 3) << 5) : 18 | ((same - 11) << 5);
    } else if (i > 0 && same >= 3 && load<u8>(LENGTHS + usize(i - 1)) === length) {
      same = min(same, 6);
      token = 16 | ((same - 3) << 5);
    } else same = 1;
    store<u16>(HEADER + (usize(tokens) << 1), u16(token));
    const counter = HEADER_COUNTS + (usize(token & 31) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
    tokens += 1;
    i += same;
  }
  return tokens;
}

/** RFC 1950, 16 bytes at a time. */
function adler32(from: usize, bytes: usize): u32 {
  let a: u32 = 1;
  let b: u32 = 0;
  const end = from + bytes;
  let p = from;
  const down = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
  const low = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  while (p + 16 <= end) {
    // As many as fit before the sums of 32 bits run over.
    const stop = min(end - 15, p + 5536);
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    const start = p;
    for (; p < stop; p += 16) {
      const eight = v128.load(p);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(eight)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(eight), down));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(eight), low));
    }
    const taken = u32(p - start);
    b = (b + a * taken + (lanes(before) << 4) + lanes(weighted)) % 65521;
    a = (a + lanes(sums)) % 65521;
  }
  for (; p < end; p++) {
    a += load<u8>(p);
    b += a;
  }
  return (b % 65521 << 16) | (a % 65521);
}

@inline
function lanes(four: v128): u32 {
  return (
    i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3)
  );
}

// ---- Halves ----

/** Means of 2 × 2 cells of int16, one sample: see `halve`. */
export function halveSigned(from: usize, side: i32, width: i32, height: i32, to: usize, nodata: i32): void {
  halve<i16>(from, side, width, height, to, nodata);
}

/** The same of uint16. */
export function halveUnsigned(from: usize, side: i32, width: i32, height: i32, to: usize, nodata: i32): void {
  halve<u16>(from, side, width, height, to, nodata);
}

/**
 * Halves the `width` by `height` cells that lie inside the image to the upper left of a square of half the side: the mean
 * of the cells that are not nodata, rounded, halves up. Where no cell is left, `to` stays as it is.
 */
function halve<T>(from: usize, side: i32, width: i32, height: i32, to: usize, nodata: i32): void {
  const rowBytes = usize(side) << 1;
  for (let row = 0; row < height; row += 2) {
    const hasBelow = row + 1 < height;
    let col = 0;
    if (hasBelow) {
      for (; col + 16 <= width; col += 16) {
        const p = from + (usize(col) << 1);
        halveSixteen<T>(p, p + rowBytes, to + usize(col), nodata);
      }
    }
    for (; col < width; col += 2) {
      const p = from + (usize(col) << 1);
      halveFour<T>(p, p + rowBytes, col + 1 < width, hasBelow, to + usize(col), nodata);
    }
    from += rowBytes << 1;
    to += rowBytes >> 1;
  }
}

function halveSixteen<T>(above: usize, below: usize, to: usize, nodata: i32): void {
  const a = v128.load(above);
  const b = v128.load(above, 16);
  const c = v128.load(below);
  const d = v128.load(below, 16);
  const hole = i16x8.splat(i16(nodata));
  const isHoleA = i16x8.eq(a, hole);
  const isHoleB = i16x8.eq(b, hole);
  const isHoleC = i16x8.eq(c, hole);
  const isHoleD = i16x8.eq(d, hole);
  const left = halfOf<T>(a, c, isHoleA, isHoleC);
  const right = halfOf<T>(b, d, isHoleB, isHoleD);
  const mean = isSigned<T>() ? i16x8.narrow_i32x4_s(left, right) : i16x8.narrow_i32x4_u(left, right);
  // All four are holes where both pairs of both rows are.
  const none = i16x8.narrow_i32x4_s(
    i32x4.eq(v128.and(isHoleA, isHoleC), i32x4.splat(-1)),
    i32x4.eq(v128.and(isHoleB, isHoleD), i32x4.splat(-1)),
  );
  if (v128.any_true(v128.andnot(i16x8.eq(mean, hole), none))) {
    // A mean that hits the sentinel: rare, so cell by cell.
    for (let i: usize = 0; i < 8; i++) halveFour<T>(above + (i << 2), below + (i << 2), true, true, to + (i << 1), nodata);
    return;
  }
  v128.store(to, v128.bitselect(v128.load(to), mean, none));
}

/** Four rounded means of the pairs of two rows, in 32 bits; of no meaning where all are holes. */
@inline
function halfOf<T>(above: v128, below: v128, isHoleAbove: v128, isHoleBelow: v128): v128 {
  const a = v128.andnot(above, isHoleAbove);
  const b = v128.andnot(below, isHoleBelow);
  const sum = isSigned<T>()
    ? i32x4.add(i32x4.extadd_pairwise_i16x8_s(a), i32x4.extadd_pairwise_i16x8_s(b))
    : i32x4.add(i32x4.extadd_pairwise_i16x8_u(a), i32x4.extadd_pairwise_i16x8_u(b));
  const holes = i32x4.add(i32x4.extadd_pairwise_i16x8_s(isHoleAbove), i32x4.extadd_pairwise_i16x8_s(isHoleBelow));
  const count = i32x4.add(i32x4.splat(4), holes);
  // floor((2 sum + count) / (2 count)): whole numbers below 2^24, so that the quotient is never rounded over a whole one.
  const over = f32x4.convert_i32x4_s(i32x4.add(i32x4.shl(sum, 1), count));
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.div(over, f32x4.convert_i32x4_s(i32x4.shl(count, 1)))));
}

/** One mean; a mean of good cells that hits the sentinel gives way to the first of them. */
function halveFour<T>(above: usize, below: usize, hasRight: bool, hasBelow: bool, to: usize, nodata: i32): void {
  let sum: i32 = 0;
  let count: i32 = 0;
  let first: i32 = 0;
  for (let cell = 0; cell < 4; cell++) {
    if ((!hasRight && (cell & 1) === 1) || (!hasBelow && cell > 1)) continue;
    const value = i32(load<T>((cell > 1 ? below : above) + (usize(cell & 1) << 1)));
    if (value === nodata) continue;
    if (count === 0) first = value;
    sum += value;
    count += 1;
  }
  if (count === 0) return;
  const mean = i32(floor<f64>((f64(sum) * 2 + f64(count)) / f64(2 * count)));
  store<i16>(to, i16(mean === nodata ? first : mean));
}
