// Blocks of a TIFF from compressed bytes to numbers: Deflate in its zlib wrapping (RFC 1950, 1951), LZW (TIFF 6.0, section
// 13), predictors 2 and 3, byte order. All in one memory, so that nothing is copied between the steps.
//
// The inflater follows ideas of libdeflate (64-bit bit buffer that is refilled without a branch, table entries that hold
// all a symbol needs, subtables for long codes) and of ISA-L (several symbols in one table entry). What differences of
// measured values cost is the branch between literal and repeat, which no processor can foresee: an entry that holds two
// literals and the short length behind them has one branch instead of three.
//
// The caller hands addresses above `workBytes()`. It leaves SLACK bytes, whose content is free, after every input and
// every output: a fast loop may read or write that far past the end, never further.

const E_HEADER: i32 = -1;
const E_TRUNCATED: i32 = -2;
const E_CODES: i32 = -3;
const E_TOO_LONG: i32 = -4;
const E_CHECKSUM: i32 = -5;

// ---- Tables -------------------------------------------------------------------------------------------------------

// An entry of the literal/length table, from its lowest bit: 6 bits to consume, 2 how many literals (0 to 2), 16 the
// literals, 7 the length of a repeat that follows them, 3 to 10, or 0. IS_SPECIAL marks what is not of this form:
//  a length that is longer: at bit 8 the length of its code word (the rest to consume are extra bits), at bit 16 the base;
//  end of block; no such code; a subtable: at bit 8 its bits, at bit 12 its first entry.
// An entry of the distance table: 6 bits to consume, bit 6 subtable, bit 7 no such code, at bit 8 the length of the code
// word or the bits of the subtable, at bit 16 the base or the first entry of the subtable.
const ONLY_LITERALS: u32 = 1 << 24;
const IS_SPECIAL: u32 = 0x80000000;
const IS_SUBTABLE: u32 = 0x40000000;
const IS_END: u32 = 0x20000000;
const IS_NO_CODE: u32 = 0x10000000;
const NO_CODE: u32 = IS_SPECIAL | IS_NO_CODE;
const DISTANCE_SUBTABLE: u32 = 0x40;
const NO_DISTANCE: u32 = 0x80;

const LIT_BITS: u32 = 11;
const DIST_BITS: u32 = 8;
const PRE_BITS: u32 = 7;
/** Room for the subtables of any complete code; `buildTable` checks it. */
const LIT_ENTRIES: u32 = (1 << LIT_BITS) + 1024;
const DIST_ENTRIES: u32 = (1 << DIST_BITS) + 512;

const LIT: usize = memory.data(LIT_ENTRIES * 4, 16);
const DIST: usize = memory.data(DIST_ENTRIES * 4, 16);
const PRE: usize = memory.data(128 * 4, 16);
/** What the entry of a symbol holds apart from the length of its code word. */
const LIT_PROTO: usize = memory.data(288 * 4, 16);
const DIST_PROTO: usize = memory.data(32 * 4, 16);
const PRE_PROTO: usize = memory.data(19 * 4, 16);
/** See `makeSuffixes`. */
const SUFFIXES: usize = memory.data((1 << LIT_BITS) * 4, 16);
const LENGTHS: usize = memory.data(320, 16);
const SORTED: usize = memory.data(288 * 2, 16);
const COUNTS: usize = memory.data(16 * 4, 16);
const STARTS: usize = memory.data(16 * 4, 16);
const PRE_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
/** Indices that repeat the first d of 16 bytes, for d from 0 to 16. */
const PATTERNS: usize = memory.data(17 * 16, 16);
/** Strings of LZW: where they stand in the low half, their length in the high one. */
const STRINGS: usize = memory.data(4096 * 8, 16);
/** Each byte once, and room for a read of 16 at the last of them. */
const BYTES: usize = memory.data(256 + 16, 16);

let isReady: bool = false;
let holdsFixed: bool = false;

function prepare(): void {
  if (isReady) return;
  isReady = true;
  for (let i: u32 = 0; i < 256; i++) store<u32>(LIT_PROTO + (i << 2), (1 << 6) | (i << 8));
  store<u32>(LIT_PROTO + (256 << 2), IS_SPECIAL | IS_END);
  let base: u32 = 3;
  for (let i: u32 = 257; i < 285; i++) {
    const extra: u32 = i < 265 ? 0 : (i - 261) >> 2;
    store<u32>(LIT_PROTO + (i << 2), extra == 0 ? base << 24 : IS_SPECIAL | (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(LIT_PROTO + (285 << 2), IS_SPECIAL | (258 << 16));
  store<u32>(LIT_PROTO + (286 << 2), NO_CODE);
  store<u32>(LIT_PROTO + (287 << 2), NO_CODE);
  base = 1;
  for (let i: u32 = 0; i < 30; i++) {
    const extra: u32 = i < 4 ? 0 : (i - 2) >> 1;
    store<u32>(DIST_PROTO + (i << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(DIST_PROTO + (30 << 2), NO_DISTANCE);
  store<u32>(DIST_PROTO + (31 << 2), NO_DISTANCE);
  for (let i: u32 = 0; i < 256; i++) {
    store<u8>(BYTES + i, i);
    store<u64>(STRINGS + (i << 3), (BYTES as u64) + (i as u64) + ((1 as u64) << 32));
  }
  for (let i: u32 = 0; i < 19; i++) store<u32>(PRE_PROTO + (i << 2), i << 16);
  for (let d: u32 = 1; d <= 16; d++) {
    for (let i: u32 = 0; i < 16; i++) store<u8>(PATTERNS + (d << 4) + i, i % d);
  }
}

/** First address that the caller may use. */
export function workBytes(): u32 {
  return (__heap_base as u32 + 63) & ~63;
}

// @ts-ignore: decorator
@inline
function entryOf(proto: usize, symbol: u32, length: u32): u32 {
  const made = load<u32>(proto + (symbol << 2));
  return made + (proto == LIT_PROTO && made < IS_SPECIAL ? length : length * 0x101);
}

/**
 * Decoding table of the canonical code with these lengths of code words. False where the lengths are no prefix code or an
 * incomplete one; of incomplete ones zlib takes a single word of one bit, and no distance at all, and so do we.
 */
function buildTable(lengths: usize, symbols: u32, table: usize, bits: u32, proto: usize, noCode: u32, room: u32): bool {
  memory.fill(COUNTS, 0, 64);
  for (let i: u32 = 0; i < symbols; i++) {
    const at = COUNTS + ((load<u8>(lengths + i) as u32) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let free: i32 = 1;
  let longest: u32 = 0;
  let start: u32 = 0;
  for (let length: u32 = 1; length < 16; length++) {
    const count = load<u32>(COUNTS + (length << 2));
    free = (free << 1) - count;
    if (free < 0) return false;
    if (count != 0) longest = length;
    store<u32>(STARTS + (length << 2), start);
    start += count;
  }
  if (free > 0) {
    const isTolerated = proto != PRE_PROTO && (longest == 1 || (longest == 0 && proto == DIST_PROTO));
    if (!isTolerated) return false;
  }
  for (let i: u32 = 0; i < symbols; i++) {
    const length = load<u8>(lengths + i) as u32;
    if (length == 0) continue;
    const at = load<u32>(STARTS + (length << 2));
    store<u16>(SORTED + (at << 1), i);
    store<u32>(STARTS + (length << 2), at + 1);
  }
  return fillTable(table, bits, longest, proto, noCode, room);
}

/** Code words come in ascending order; `word` is the current one with its bits reversed, as the stream shows it. */
function fillTable(table: usize, bits: u32, longest: u32, proto: usize, noCode: u32, room: u32): bool {
  let word: u32 = 0;
  let next: usize = SORTED;
  store<u32>(table, noCode);
  store<u32>(table + 4, noCode);
  for (let length: u32 = 1; length <= bits; length++) {
    const half: u32 = 1 << (length - 1);
    if (length > 1) memory.copy(table + (half << 2), table, half << 2);
    for (let left = load<u32>(COUNTS + (length << 2)); left != 0; left--) {
      store<u32>(table + (word << 2), entryOf(proto, load<u16>(next), length));
      next += 2;
      word = nextWord(word, length);
    }
  }
  let first: u32 = 1 << bits;
  let prefix: u32 = -1;
  let subBits: u32 = 0;
  let subStart: u32 = 0;
  for (let length = bits + 1; length <= longest; length++) {
    for (let left = load<u32>(COUNTS + (length << 2)); left != 0; left--) {
      if ((word & ((1 << bits) - 1)) != prefix) {
        prefix = word & ((1 << bits) - 1);
        subBits = length - bits;
        let open: i32 = (1 << subBits) - left;
        while (open > 0 && subBits + bits < longest) {
          subBits += 1;
          open = (open << 1) - load<u32>(COUNTS + ((subBits + bits) << 2));
        }
        subStart = first;
        first += 1 << subBits;
        if (first > room) return false;
        const isDistance = proto == DIST_PROTO;
        const pointer = isDistance
          ? (subStart << 16) | (subBits << 8) | DISTANCE_SUBTABLE
          : IS_SPECIAL | IS_SUBTABLE | (subStart << 12) | (subBits << 8);
        store<u32>(table + (prefix << 2), pointer | bits);
      }
      const entry = entryOf(proto, load<u16>(next), length - bits);
      next += 2;
      for (let i = word >> bits; i < 1 << subBits; i += 1 << (length - bits)) {
        store<u32>(table + ((subStart + i) << 2), entry);
      }
      word = nextWord(word, length);
    }
  }
  return true;
}

// @ts-ignore: decorator
@inline
function nextWord(word: u32, length: u32): u32 {
  const isLast = word == (1 << length) - 1;
  if (isLast) return 0;
  const carry: u32 = 0x80000000 >> clz((~word) & ((1 << length) - 1));
  return (word & (carry - 1)) | carry;
}

/** Puts what follows a literal into its entries, where there are bits to spare: a second one, a short length. */
function joinSymbols(): void {
  // All before any entry is changed.
  makeSuffixes(longestSpare());
  let next: usize = SORTED;
  let word: u32 = 0;
  for (let length: u32 = 1; length < LIT_BITS; length++) {
    let left = load<u32>(COUNTS + (length << 2));
    const spare = LIT_BITS - length;
    const suffixes = SUFFIXES + (4 << spare);
    for (; left != 0; left--, next += 2) {
      const symbol = load<u16>(next) as u32;
      if (symbol < 256) {
        const one = (1 << 6) | (symbol << 8) | length;
        let at = LIT + (word << 2);
        for (let k: u32 = 0; k < 4 << spare; k += 4, at += 4 << length) store<u32>(at, one + load<u32>(suffixes + k));
      }
      word = nextWord(word, length);
    }
  }
}

/** Bits that the shortest code word of a literal leaves in an entry. */
function longestSpare(): u32 {
  let next: usize = SORTED;
  for (let length: u32 = 1; length < LIT_BITS; length++) {
    for (let left = load<u32>(COUNTS + (length << 2)); left != 0; left--, next += 2) {
      if (load<u16>(next) < 256) return LIT_BITS - length;
    }
  }
  return 0;
}

/**
 * What the next `spare` bits add to the entry of a literal, for each number of bits up to `spare`: those of `n` bits stand
 * from place 2^n on.
 */
function makeSuffixes(spare: u32): void {
  for (let n: u32 = 1; n <= spare; n++) {
    const suffixes = SUFFIXES + (4 << n);
    for (let k: u32 = 0; k < 1 << n; k++) {
      const two = load<u32>(LIT + (k << 2));
      const bitsOfTwo = two & 63;
      const three = load<u32>(LIT + ((k >> (bitsOfTwo & 31)) << 2));
      // All decided without a branch: which codes are neighbours here is as good as random.
      const followed = u32(two < IS_SPECIAL) & u32(bitsOfTwo <= n);
      const isRepeat = u32(three - ONLY_LITERALS < IS_SPECIAL - ONLY_LITERALS);
      const repeated = followed & u32(two < ONLY_LITERALS) & isRepeat & u32(bitsOfTwo + (three & 63) <= n);
      // A literal moves up behind the first one; the count and the bits to consume add up by themselves.
      const second = (two & 0xff0000ff) | ((two & 0xff00) << 8);
      store<u32>(suffixes + (k << 2), (second & (0 - followed)) + (three & (0 - repeated)));
    }
  }
}

// ---- Inflate ------------------------------------------------------------------------------------------------------

// State between the parts of a stream; the loops keep it in locals.
let bits: u64 = 0;
let left: u32 = 0;
let from: usize = 0;
let fromEnd: usize = 0;
/** Bytes of zeros that stand in the bit buffer for input that is not there. */
let missing: u32 = 0;
let to: usize = 0;
let toStart: usize = 0;
let toEnd: usize = 0;

/** At least 56 bits, of zeros where the input has ended. */
function refill(): void {
  while (left <= 56) {
    if (from < fromEnd) bits |= (load<u8>(from++) as u64) << (left as u64);
    else missing += 1;
    left += 8;
  }
}

// @ts-ignore: decorator
@inline
function hasOverrun(): bool {
  return missing << 3 > left;
}

// @ts-ignore: decorator
@inline
function take(count: u32): u32 {
  const value = (bits as u32) & ((1 << count) - 1);
  bits >>= count as u64;
  left -= count;
  return value;
}

/**
 * Inflates a zlib stream of `fromBytes` at `source` to at most `toBytes` at `target`. Returns the bytes written, or a
 * negative number: -1 no zlib header, -2 the stream ends early, -3 its codes make no sense, -4 it holds more than
 * `toBytes`, -5 its checksum does not fit. Bytes after the stream are left alone, as zlib does.
 */
export function inflate(source: usize, fromBytes: u32, target: usize, toBytes: u32): i32 {
  prepare();
  if (fromBytes < 2) return E_TRUNCATED;
  const head = ((load<u8>(source) as u32) << 8) | load<u8>(source, 1);
  // Method 8, a window of 32 KiB at most, no preset dictionary.
  if ((head & 0x0f20) != 0x0800 || head >> 12 > 7 || head % 31 != 0) return E_HEADER;
  from = source + 2;
  fromEnd = source + fromBytes;
  to = target;
  toStart = target;
  toEnd = target + toBytes;
  bits = 0;
  left = 0;
  missing = 0;
  for (let isLast = false; !isLast; ) {
    refill();
    isLast = take(1) == 1;
    const kind = take(2);
    let problem: i32 = E_CODES;
    if (kind == 0) problem = copyStored();
    else if (kind == 1) problem = inflateFixed();
    else if (kind == 2) problem = inflateDynamic();
    if (problem < 0) return problem;
  }
  return endStream();
}

function endStream(): i32 {
  take(left & 7);
  refill();
  let stated: u32 = 0;
  for (let i = 0; i < 4; i++) stated = (stated << 8) | take(8);
  if (hasOverrun()) return E_TRUNCATED;
  const done = (to - toStart) as i32;
  return adler32(toStart, done) == stated ? done : E_CHECKSUM;
}

function copyStored(): i32 {
  take(left & 7);
  refill();
  const length = take(16);
  const check = take(16);
  if (hasOverrun()) return E_TRUNCATED;
  if ((length ^ check) != 0xffff) return E_CODES;
  // Whole bytes that were taken ahead go back.
  from -= (left >> 3) - missing;
  bits = 0;
  left = 0;
  missing = 0;
  if (length > <u32>(fromEnd - from)) return E_TRUNCATED;
  if (length > <u32>(toEnd - to)) return E_TOO_LONG;
  memory.copy(to, from, length);
  from += length;
  to += length;
  return 0;
}

function inflateFixed(): i32 {
  if (!holdsFixed) {
    memory.fill(LENGTHS, 8, 144);
    memory.fill(LENGTHS + 144, 9, 112);
    memory.fill(LENGTHS + 256, 7, 24);
    memory.fill(LENGTHS + 280, 8, 8);
    buildTable(LENGTHS, 288, LIT, LIT_BITS, LIT_PROTO, NO_CODE, LIT_ENTRIES);
    joinSymbols();
    memory.fill(LENGTHS, 5, 32);
    buildTable(LENGTHS, 32, DIST, DIST_BITS, DIST_PROTO, NO_DISTANCE, DIST_ENTRIES);
    holdsFixed = true;
  }
  return inflateBody();
}

function inflateDynamic(): i32 {
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const words = take(4) + 4;
  if (hasOverrun()) return E_TRUNCATED;
  if (literals > 286 || distances > 30) return E_CODES;
  memory.fill(LENGTHS, 0, 19);
  for (let i: u32 = 0; i < words; i++) {
    refill();
    store<u8>(LENGTHS + load<u8>(PRE_ORDER + i), take(3));
  }
  if (hasOverrun()) return E_TRUNCATED;
  if (!buildTable(LENGTHS, 19, PRE, PRE_BITS, PRE_PROTO, 0, 128)) return E_CODES;
  const problem = readLengths(literals + distances);
  if (problem < 0) return problem;
  // A block without an end of block would never end.
  if (load<u8>(LENGTHS + 256) == 0) return E_CODES;
  holdsFixed = false;
  if (!buildTable(LENGTHS, literals, LIT, LIT_BITS, LIT_PROTO, NO_CODE, LIT_ENTRIES)) return E_CODES;
  joinSymbols();
  if (!buildTable(LENGTHS + literals, distances, DIST, DIST_BITS, DIST_PROTO, NO_DISTANCE, DIST_ENTRIES)) return E_CODES;
  return inflateBody();
}

function readLengths(wanted: u32): i32 {
  let at: u32 = 0;
  while (at < wanted) {
    refill();
    const entry = load<u32>(PRE + (((bits as u32) & 127) << 2));
    take(entry & 7);
    const symbol = entry >> 16;
    if (symbol < 16) {
      store<u8>(LENGTHS + at, symbol);
      at += 1;
      continue;
    }
    let value: u32 = 0;
    let repeats: u32 = 0;
    if (symbol == 16) {
      if (at == 0) return E_CODES;
      value = load<u8>(LENGTHS + at - 1);
      repeats = 3 + take(2);
    } else if (symbol == 17) repeats = 3 + take(3);
    else repeats = 11 + take(7);
    if (at + repeats > wanted) return E_CODES;
    memory.fill(LENGTHS + at, value as u8, repeats);
    at += repeats;
    if (hasOverrun()) return E_TRUNCATED;
  }
  return hasOverrun() ? E_TRUNCATED : 0;
}

// @ts-ignore: decorator
@inline
function literalEntry(buffer: u64): u32 {
  return load<u32>(LIT + (((buffer as u32) & ((1 << LIT_BITS) - 1)) << 2));
}

// @ts-ignore: decorator
@inline
function extraBits(entry: u32, buffer: u64): u32 {
  return ((buffer & (((1 as u64) << (entry as u64)) - 1)) >> (((entry >> 8) & 15) as u64)) as u32;
}

/** The symbols of one block: a fast loop while input and output are far from their ends, then a careful one. */
function inflateBody(): i32 {
  const ended = inflateFast();
  return ended != 0 ? min(ended, 0) : inflateCarefully();
}

/** Returns 1 at the end of the block, 0 near the end of input or output, else a problem. */
function inflateFast(): i32 {
  // 3 refills of 8 bytes; 4 entries of 2 literals and the longest repeat, copied in steps of 16 bytes.
  const lastFrom = fromEnd - 32;
  const lastTo = toEnd - 320;
  if (missing > 0) return 0;
  const start = toStart;
  let buffer = bits;
  // Only the lowest 6 bits of `count` count: entries are subtracted whole.
  let count = left;
  let input = from;
  let out = to;
  let ended = 0;
  while (input <= lastFrom && out <= lastTo) {
    buffer |= load<u64>(input) << (count as u64);
    input += 7 - ((count >> 3) & 7);
    count |= 56;
    let before = buffer;
    let entry = literalEntry(buffer);
    buffer >>= entry as u64;
    count -= entry;
    store<u16>(out, entry >> 8);
    out += (entry >> 6) & 3;
    if (entry < ONLY_LITERALS) {
      before = buffer;
      entry = literalEntry(buffer);
      buffer >>= entry as u64;
      count -= entry;
      store<u16>(out, entry >> 8);
      out += (entry >> 6) & 3;
      if (entry < ONLY_LITERALS) {
        before = buffer;
        entry = literalEntry(buffer);
        buffer >>= entry as u64;
        count -= entry;
        store<u16>(out, entry >> 8);
        out += (entry >> 6) & 3;
        if (entry < ONLY_LITERALS) continue;
        // Bits for the distance; after two entries there are enough.
        buffer |= load<u64>(input) << (count as u64);
        input += 7 - ((count >> 3) & 7);
        count |= 56;
      }
    }
    let length = entry >> 24;
    if (entry >= IS_SPECIAL) {
      // Its bits 6 and 7 are 0: no literal was written.
      buffer |= load<u64>(input) << (count as u64);
      input += 7 - ((count >> 3) & 7);
      count |= 56;
      if (entry & IS_SUBTABLE) {
        const at = ((entry >> 12) & 0xfff) + ((buffer as u32) & ((1 << ((entry >> 8) & 15)) - 1));
        entry = load<u32>(LIT + (at << 2));
        before = buffer;
        buffer >>= entry as u64;
        count -= entry;
        if (entry < ONLY_LITERALS) {
          store<u8>(out++, entry >> 8);
          continue;
        }
        length = entry >> 24;
      }
      if (entry & (IS_END | IS_NO_CODE) && entry >= IS_SPECIAL) {
        ended = entry & IS_END ? 1 : E_CODES;
        break;
      }
      if (entry >= IS_SPECIAL) length = ((entry >> 16) & 0x1ff) + extraBits(entry, before);
    }
    let far = load<u32>(DIST + (((buffer as u32) & ((1 << DIST_BITS) - 1)) << 2));
    if (far & (DISTANCE_SUBTABLE | NO_DISTANCE)) {
      if (far & DISTANCE_SUBTABLE) {
        buffer >>= far as u64;
        count -= far;
        const at = (far >> 16) + ((buffer as u32) & ((1 << ((far >> 8) & 15)) - 1));
        far = load<u32>(DIST + (at << 2));
      }
      if (far & NO_DISTANCE) {
        ended = E_CODES;
        break;
      }
    }
    const distance = (far >> 16) + extraBits(far, buffer);
    buffer >>= far as u64;
    count -= far;
    if (distance > <u32>(out - start)) {
      ended = E_CODES;
      break;
    }
    let source = out - distance;
    if (length <= 16) {
      const pattern = v128.load(PATTERNS + (min<u32>(distance, 16) << 4));
      v128.store(out, i8x16.swizzle(v128.load(source), pattern));
      out += length;
      continue;
    }
    const end = out + length;
    if (distance >= 16) {
      do {
        v128.store(out, v128.load(source));
        out += 16;
        source += 16;
      } while (out < end);
    } else {
      const pattern = i8x16.swizzle(v128.load(source), v128.load(PATTERNS + (distance << 4)));
      const step = 16 - (16 % distance);
      do {
        v128.store(out, pattern);
        out += step;
      } while (out < end);
    }
    out = end;
  }
  left = count & 63;
  bits = buffer & (((1 as u64) << (left as u64)) - 1);
  from = input;
  to = out;
  return ended;
}

/** The same with every limit checked at every step. */
function inflateCarefully(): i32 {
  while (true) {
    refill();
    let before = bits;
    let entry = literalEntry(bits);
    if (entry >= IS_SPECIAL && entry & IS_SUBTABLE) {
      take(entry & 63);
      before = bits;
      entry = load<u32>(LIT + ((((entry >> 12) & 0xfff) + ((bits as u32) & ((1 << ((entry >> 8) & 15)) - 1))) << 2));
    }
    take(entry & 63);
    // What is read from zeros past the end of the input is refused here: no end of block can follow it.
    if (hasOverrun()) return E_TRUNCATED;
    let length = entry >> 24;
    if (entry >= IS_SPECIAL) {
      if (entry & IS_END) return 0;
      if (entry & IS_NO_CODE) return E_CODES;
      length = ((entry >> 16) & 0x1ff) + extraBits(entry, before);
    } else {
      const count = (entry >> 6) & 3;
      if (count > <u32>(toEnd - to)) return E_TOO_LONG;
      for (let i: u32 = 0; i < count; i++) store<u8>(to++, entry >> (8 + (i << 3)));
      if (length == 0) continue;
    }
    let far = load<u32>(DIST + (((bits as u32) & ((1 << DIST_BITS) - 1)) << 2));
    if (far & DISTANCE_SUBTABLE) {
      take(far & 63);
      far = load<u32>(DIST + (((far >> 16) + ((bits as u32) & ((1 << ((far >> 8) & 15)) - 1))) << 2));
    }
    if (far & NO_DISTANCE) return hasOverrun() ? E_TRUNCATED : E_CODES;
    const distance = (far >> 16) + extraBits(far, bits);
    take(far & 63);
    if (hasOverrun()) return E_TRUNCATED;
    if (distance > <u32>(to - toStart)) return E_CODES;
    if (length > <u32>(toEnd - to)) return E_TOO_LONG;
    for (let i: u32 = 0; i < length; i++, to++) store<u8>(to, load<u8>(to - distance));
  }
}

/** Adler-32 (RFC 1950) with sums that are reduced every 5,536 bytes, before 32 bits overflow. */
function adler32(at: usize, length: u32): u32 {
  let a: u32 = 1;
  let b: u32 = 0;
  const lowWeights = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
  const highWeights = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  while (length >= 16) {
    const blocks = min<u32>(length >> 4, 346);
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    for (let i: u32 = 0; i < blocks; i++, at += 16) {
      const v = v128.load(at);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v)));
      const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(v), lowWeights);
      weighted = i32x4.add(weighted, i32x4.add(low, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(v), highWeights)));
    }
    const bytes = blocks << 4;
    const steps = (b as u64) + (a as u64) * bytes + (sumLanes(before) << 4) + sumLanes(weighted);
    b = (steps % 65521) as u32;
    a = ((a as u64 + sumLanes(sums)) % 65521) as u32;
    length -= bytes;
  }
  for (; length > 0; length--, at++) {
    a += load<u8>(at);
    b += a;
  }
  return ((b % 65521) << 16) | (a % 65521);
}

// @ts-ignore: decorator
@inline
function sumLanes(v: v128): u64 {
  const low = i64x2.extend_low_i32x4_u(v);
  const both = i64x2.add(low, i64x2.extend_high_i32x4_u(v));
  return (i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1)) as u64;
}

// ---- LZW ----------------------------------------------------------------------------------------------------------

/**
 * TIFF's LZW: codes of 9 to 12 bits, high bit first, one code early. Returns the bytes written, -3 where the codes make no
 * sense, -4 where there are more than `toBytes`. Input that ends without its last code is taken, as writers leave it out.
 * A string is kept as its place in the output: it is the one before and the byte that followed.
 */
export function inflateLzw(source: usize, fromBytes: u32, target: usize, toBytes: u32): i32 {
  prepare();
  const inputBits = (fromBytes as u64) << 3;
  const end = target + toBytes;
  let at: u64 = 0;
  let width: u32 = 9;
  let next: u32 = 258;
  let out = target;
  /** The string before, as `STRINGS` will keep it with the byte that follows; 0 after a clearing code. */
  let previous: u64 = 0;
  let isFirst = true;
  while (at + width <= inputBits) {
    const word = bswap<u32>(load<u32>(source + (at >> 3) as usize));
    const code = (word >> (32 - width - ((at as u32) & 7))) & ((1 << width) - 1);
    at += width;
    if (code - 256 < 2) {
      // Older writers put the low bit first; their streams do not begin with this code.
      if (code == 257) return isFirst ? E_CODES : (out - target) as i32;
      isFirst = false;
      width = 9;
      next = 258;
      previous = 0;
      continue;
    }
    if (isFirst) return E_CODES;
    const isNew = code == next;
    if (previous != 0) {
      if (next < 4096) {
        store<u64>(STRINGS + (next << 3), previous);
        next += 1;
        width += u32(next >= (1 << width) - 1) & u32(width < 12);
      }
      if (code >= next) return E_CODES;
    } else if (code > 255) return E_CODES;
    const entry = load<u64>(STRINGS + (code << 3));
    const length = (entry >> 32) as u32;
    if (length > <u32>(end - out)) return E_TOO_LONG;
    const string = entry as u32 as usize;
    v128.store(out, v128.load(string));
    for (let i: u32 = 16; i < length; i += 16) v128.store(out + i, v128.load(string + i));
    // A string that is used one step before it is known ends with its own first byte.
    if (isNew) store<u8>(out + length - 1, load<u8>(out));
    previous = (out as u64) | ((length as u64 + 1) << 32);
    out += length;
  }
  return isFirst ? E_CODES : (out - target) as i32;
}

// ---- Predictors and byte order ------------------------------------------------------------------------------------

/** Shift masks of `undoSteps`: bytes that come from before the vector are 0. */
const MASKS: usize = memory.data(6 * 16, 16);

/**
 * Undoes the horizontal predictor (TIFF 6.0, section 14) in place: each number of `size` bytes gets the one `stepBytes`
 * before it in the row added; sums wrap.
 */
export function undoDifference(at: usize, rowBytes: u32, rows: u32, stepBytes: u32, size: u32): void {
  if (stepBytes < 16) makeMasks(stepBytes);
  for (let row: u32 = 0; row < rows; row++, at += rowBytes) {
    if (size == 1) undoRow<u8>(at, rowBytes, stepBytes);
    else if (size == 2) undoRow<u16>(at, rowBytes, stepBytes);
    else if (size == 4) undoRow<u32>(at, rowBytes, stepBytes);
    else undoRow<u64>(at, rowBytes, stepBytes);
  }
}

function undoRow<T>(at: usize, rowBytes: u32, stepBytes: u32): void {
  const end = at + rowBytes;
  let next = at;
  if (stepBytes >= 16) next = undoFar<T>(at, end, stepBytes);
  else if (stepBytes != sizeof<T>()) next = undoSteps<T>(at, end, stepBytes);
  else if (sizeof<T>() == 1) next = undoBytes(at, end);
  else if (sizeof<T>() == 2) next = undoWords(at, end);
  else if (sizeof<T>() == 4) next = undoLongs(at, end);
  else next = undoSteps<T>(at, end, stepBytes);
  for (next = max(next, at + stepBytes); next < end; next += sizeof<T>()) {
    store<T>(next, load<T>(next) + load<T>(next - stepBytes));
  }
}

function undoFar<T>(at: usize, end: usize, stepBytes: u32): usize {
  let next = at + stepBytes;
  for (; next + 16 <= end; next += 16) {
    v128.store(next, v128.add<T>(v128.load(next), v128.load(next - stepBytes)));
  }
  return next;
}

function makeMasks(stepBytes: u32): void {
  const whole: u32 = 16 - (16 % stepBytes);
  for (let i: u32 = 0; i < 16; i++) {
    for (let k: u32 = 0; k < 4; k++) {
      const back = stepBytes << k;
      store<u8>(MASKS + (k << 4) + i, i < back || i >= whole ? 255 : i - back);
    }
    store<u8>(MASKS + 64 + i, i >= whole ? 255 : whole - stepBytes + (i % stepBytes));
    store<u8>(MASKS + 80 + i, i >= whole ? 0 : 255);
  }
}

/** As many whole steps as 16 bytes hold at once, with prefix sums by doubling. */
function undoSteps<T>(at: usize, end: usize, stepBytes: u32): usize {
  const whole: u32 = 16 - (16 % stepBytes);
  const by1 = v128.load(MASKS);
  const by2 = v128.load(MASKS + 16);
  const by4 = v128.load(MASKS + 32);
  const by8 = v128.load(MASKS + 48);
  const repeat = v128.load(MASKS + 64);
  const keep = v128.load(MASKS + 80);
  let carry = i32x4.splat(0);
  let next = at;
  for (; next + 16 <= end; next += whole) {
    const given = v128.load(next);
    let v = given;
    v = v128.add<T>(v, i8x16.swizzle(v, by1));
    v = v128.add<T>(v, i8x16.swizzle(v, by2));
    v = v128.add<T>(v, i8x16.swizzle(v, by4));
    v = v128.add<T>(v, i8x16.swizzle(v, by8));
    v = v128.add<T>(v, carry);
    carry = i8x16.swizzle(v, repeat);
    v128.store(next, v128.bitselect(v, given, keep));
  }
  return next;
}

function undoBytes(at: usize, end: usize): usize {
  const zero = i32x4.splat(0);
  let carry = zero;
  for (; at + 16 <= end; at += 16) {
    let v = v128.load(at);
    v = i8x16.add(v, v128.shuffle<u8>(zero, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30));
    v = i8x16.add(v, v128.shuffle<u8>(zero, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29));
    v = i8x16.add(v, v128.shuffle<u8>(zero, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
    v = i8x16.add(v, v128.shuffle<u8>(zero, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
    v = i8x16.add(v, carry);
    carry = v128.shuffle<u8>(v, v, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15);
    v128.store(at, v);
  }
  return at;
}

function undoWords(at: usize, end: usize): usize {
  const zero = i32x4.splat(0);
  let carry = zero;
  for (; at + 16 <= end; at += 16) {
    let v = v128.load(at);
    v = i16x8.add(v, v128.shuffle<u16>(zero, v, 7, 8, 9, 10, 11, 12, 13, 14));
    v = i16x8.add(v, v128.shuffle<u16>(zero, v, 6, 7, 8, 9, 10, 11, 12, 13));
    v = i16x8.add(v, v128.shuffle<u16>(zero, v, 4, 5, 6, 7, 8, 9, 10, 11));
    v = i16x8.add(v, carry);
    carry = v128.shuffle<u16>(v, v, 7, 7, 7, 7, 7, 7, 7, 7);
    v128.store(at, v);
  }
  return at;
}

function undoLongs(at: usize, end: usize): usize {
  const zero = i32x4.splat(0);
  let carry = zero;
  for (; at + 16 <= end; at += 16) {
    let v = v128.load(at);
    v = i32x4.add(v, v128.shuffle<u32>(zero, v, 3, 4, 5, 6));
    v = i32x4.add(v, v128.shuffle<u32>(zero, v, 2, 3, 4, 5));
    v = i32x4.add(v, carry);
    carry = v128.shuffle<u32>(v, v, 3, 3, 3, 3);
    v128.store(at, v);
  }
  return at;
}

/**
 * Undoes the floating-point predictor (Adobe Photoshop TIFF technical note 3) in place: differences of bytes, and in each
 * row all first bytes of the numbers, then all second ones, the most significant first whatever the file's byte order.
 * `spare` has room for a row and SLACK.
 */
export function undoFloat(at: usize, values: u32, rows: u32, samples: u32, size: u32, spare: usize): void {
  const rowBytes = values * size;
  if (samples < 16) makeMasks(samples);
  for (let row: u32 = 0; row < rows; row++, at += rowBytes) {
    undoRow<u8>(at, rowBytes, samples);
    memory.copy(spare, at, rowBytes);
    let i: u32 = 0;
    if (size == 4) i = joinPlanes(at, spare, values);
    for (let plane: u32 = 0; plane < size; plane++) {
      const to = at + size - 1 - plane;
      const from = spare + plane * values;
      for (let k = i; k < values; k++) store<u8>(to + k * size, load<u8>(from + k));
    }
  }
}

/** 16 numbers of 4 bytes at a time. */
function joinPlanes(to: usize, from: usize, values: u32): u32 {
  let i: u32 = 0;
  for (; i + 16 <= values; i += 16) {
    const d = v128.load(from + i);
    const c = v128.load(from + values + i);
    const b = v128.load(from + values * 2 + i);
    const a = v128.load(from + values * 3 + i);
    const ab = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const cd = v128.shuffle<u8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const ab2 = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const cd2 = v128.shuffle<u8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const out = to + (i << 2);
    v128.store(out, v128.shuffle<u16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out + 16, v128.shuffle<u16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15));
    v128.store(out + 32, v128.shuffle<u16>(ab2, cd2, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out + 48, v128.shuffle<u16>(ab2, cd2, 4, 12, 5, 13, 6, 14, 7, 15));
  }
  return i;
}

/** Turns the bytes of each number of `size` bytes round, in place. Up to SLACK bytes after the end are turned too. */
export function swapBytes(at: usize, length: u32, size: u32): void {
  for (let i: u32 = 0; i < 16; i++) store<u8>(MASKS + i, i ^ (size - 1));
  const order = v128.load(MASKS);
  for (let i: u32 = 0; i < length; i += 16) v128.store(at + i, i8x16.swizzle(v128.load(at + i), order));
}

// ---- Validity -----------------------------------------------------------------------------------------------------

/**
 * 1 for each integer of `size` bytes that differs from `sentinel`, else 0. Writes up to SLACK bytes past the end. Returns
 * whether all differ; numbers past the end may make it say no where it is yes.
 */
export function markIntegers(at: usize, count: u32, size: u32, sentinel: u32, out: usize): bool {
  const one = i8x16.splat(1);
  const end = out + count;
  let all = one;
  if (size == 1) {
    const s = i8x16.splat(sentinel as i8);
    for (; out < end; out += 16, at += 16) all = mark(i8x16.ne(v128.load(at), s), out, all);
  } else if (size == 2) {
    const s = i16x8.splat(sentinel as i16);
    for (; out < end; out += 16, at += 32) {
      const low = i16x8.ne(v128.load(at), s);
      all = mark(i8x16.narrow_i16x8_s(low, i16x8.ne(v128.load(at, 16), s)), out, all);
    }
  } else {
    const s = i32x4.splat(sentinel);
    for (; out < end; out += 16, at += 64) {
      const low = i16x8.narrow_i32x4_s(i32x4.ne(v128.load(at), s), i32x4.ne(v128.load(at, 16), s));
      const high = i16x8.narrow_i32x4_s(i32x4.ne(v128.load(at, 32), s), i32x4.ne(v128.load(at, 48), s));
      all = mark(i8x16.narrow_i16x8_s(low, high), out, all);
    }
  }
  return i8x16.all_true(all);
}

/** The same for floats: 1 for what is neither NaN nor equal to `sentinel`; a NaN as sentinel equals none. */
export function markFloats(at: usize, count: u32, size: u32, sentinel: f64, out: usize): bool {
  const end = out + count;
  let all = i8x16.splat(1);
  if (size == 8) {
    let isAll: u8 = 1;
    for (; out < end; out++, at += 8) {
      const value = load<f64>(at);
      const isUsable = ((value == value) as u8) & ((value != sentinel) as u8);
      isAll &= isUsable;
      store<u8>(out, isUsable);
    }
    return isAll != 0;
  }
  const s = f32x4.splat(sentinel as f32);
  for (; out < end; out += 16, at += 64) {
    const low = i16x8.narrow_i32x4_s(usable(v128.load(at), s), usable(v128.load(at, 16), s));
    const high = i16x8.narrow_i32x4_s(usable(v128.load(at, 32), s), usable(v128.load(at, 48), s));
    all = mark(i8x16.narrow_i16x8_s(low, high), out, all);
  }
  return i8x16.all_true(all);
}

// @ts-ignore: decorator
@inline
function mark(isUsable: v128, out: usize, all: v128): v128 {
  const marks = v128.and(isUsable, i8x16.splat(1));
  v128.store(out, marks);
  return v128.and(all, marks);
}

// @ts-ignore: decorator
@inline
function usable(v: v128, sentinel: v128): v128 {
  return v128.and(f32x4.eq(v, v), f32x4.ne(v, sentinel));
}
