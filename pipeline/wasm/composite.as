// Composites of dates of red and nir DN (uint16, 0 = missing): NDVI by rank, and the medoid. The definitions, which these
// equal bit by bit, are raster/composite-ndvi.ts and raster/medoid.ts. Pixels are worked on 64 at a time: the values of
// one date lie in one row of scratch, and a sorting network orders the rows of all 64 pixels at once.

const CHUNK: usize = 64;
/** Bytes of one chunk of float32 or int32, and of uint16. */
const ROW4: usize = CHUNK * 4;
const ROW2: usize = CHUNK * 2;
/** Values that a plane of `valuesByRank` holds. */
const VALUES_PX: usize = 2048;

let planes: usize = 0;
let planeBytes: usize = 0;
let dates: i32 = 0;
let network: usize = 0;
let comparators: i32 = 0;
let ranks: usize = 0;
let scratch: usize = 0;
let out: usize = 0;

/**
 * Where everything lies. Planes: red, nir of date 0, red, nir of date 1 and so on, `planeBytes` apart. Network: pairs of
 * uint16 rows. Ranks: for each number of values from 0 to `dates` 16 bytes: int32 first, int32 second, float32 weight.
 * Scratch: (dates + 4) × 256 bytes.
 */
export function place(
  planesAt: usize, planeBytesEach: usize, dateCount: i32,
  networkAt: usize, comparatorCount: i32, ranksAt: usize, scratchAt: usize, outAt: usize,
): void {
  planes = planesAt;
  planeBytes = planeBytesEach;
  dates = dateCount;
  network = networkAt;
  comparators = comparatorCount;
  ranks = ranksAt;
  scratch = scratchAt;
  out = outAt;
}

/**
 * Ranks of `pixels` (a multiple of 64, at most 2,048) of values of any kind: each plane holds `bytesPerValue` bytes a value
 * (1 = uint8, 2 = int16, 4 = float32) for 2,048 of them, then a byte of mask a pixel, 1 = use. Out: for each chunk a row of
 * int32 counts, then the float32 at both ranks.
 */
export function valuesByRank(pixels: i32, bytesPerValue: i32): void {
  const counts = scratch + <usize>dates * ROW4;
  for (let start: usize = 0; start < <usize>pixels; start += CHUNK) {
    fillValues(start, bytesPerValue, counts);
    sortFloats();
    pickFloats(counts);
    memory.copy(out + start * 12, counts, 3 * ROW4);
  }
}

/** Values of each scene in its row, +infinity where it is masked or NaN, and the number of values of each pixel. */
function fillValues(start: usize, bytesPerValue: i32, counts: usize): void {
  const inf = f32x4.splat(Infinity);
  const one = i16x8.splat(1);
  const size = <usize>bytesPerValue;
  memory.fill(counts, 0, ROW4);
  for (let k = 0; k < dates; k++) {
    const plane = planes + <usize>k * planeBytes;
    const mask = plane + size * VALUES_PX + start;
    const row = scratch + <usize>k * ROW4;
    for (let i: usize = 0; i < CHUNK; i += 8) {
      const from = plane + (start + i) * size;
      const use = i16x8.eq(v128.load8x8_u(mask + i), one);
      for (let half = 0; half < 2; half++) {
        const value = loadFour(from + <usize>(half * 4) * size, bytesPerValue);
        const isUsed = half ? i32x4.extend_high_i16x8_s(use) : i32x4.extend_low_i16x8_s(use);
        const used = v128.and(isUsed, f32x4.eq(value, value));
        const to = 4 * i + <usize>(half * 16);
        v128.store(row + to, v128.bitselect(value, inf, used));
        v128.store(counts + to, i32x4.sub(v128.load(counts + to), used));
      }
    }
  }
}

function loadFour(at: usize, bytesPerValue: i32): v128 {
  if (bytesPerValue == 4) return v128.load(at);
  if (bytesPerValue == 2) return f32x4.convert_i32x4_s(v128.load16x4_s(at));
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))));
}

/**
 * int16 NDVI × 10,000 of `pixels` (a multiple of 64), nodata −32768. Returns how many had observations but an NDVI that
 * int16 does not hold.
 */
export function ndviByRank(pixels: i32, twiceOffset: f32, isMedian: i32): i32 {
  let refused = 0;
  const counts = scratch + <usize>dates * ROW4;
  for (let start: usize = 0; start < <usize>pixels; start += CHUNK) {
    fillNdvi(start * 2, twiceOffset, counts);
    sortFloats();
    pickFloats(counts);
    refused += storeNdvi(start * 2, counts, isMedian);
  }
  return refused;
}

/** NDVI of each date in its row, +infinity where it is missing, and the number of values of each pixel. */
function fillNdvi(at: usize, twiceOffset: f32, counts: usize): void {
  const inf = f32x4.splat(Infinity);
  const offset = f32x4.splat(twiceOffset);
  const zero = i32x4.splat(0);
  memory.fill(counts, 0, ROW4);
  for (let k = 0; k < dates; k++) {
    const red = planes + <usize>(2 * k) * planeBytes + at;
    const nir = red + planeBytes;
    const row = scratch + <usize>k * ROW4;
    for (let i: usize = 0; i < ROW2; i += 16) {
      const r16 = v128.load(red + i);
      const n16 = v128.load(nir + i);
      const none = v128.or(i16x8.eq(r16, zero), i16x8.eq(n16, zero));
      for (let half = 0; half < 2; half++) {
        const r = f32x4.convert_i32x4_s(half ? i32x4.extend_high_i16x8_u(r16) : i32x4.extend_low_i16x8_u(r16));
        const n = f32x4.convert_i32x4_s(half ? i32x4.extend_high_i16x8_u(n16) : i32x4.extend_low_i16x8_u(n16));
        const noDn = half ? i32x4.extend_high_i16x8_s(none) : i32x4.extend_low_i16x8_s(none);
        const sum = f32x4.add(f32x4.add(n, r), offset);
        const missing = v128.or(noDn, f32x4.eq(sum, zero));
        const value = f32x4.div(f32x4.sub(n, r), sum);
        const to = 2 * i + <usize>(half * 16);
        v128.store(row + to, v128.bitselect(inf, value, missing));
        v128.store(counts + to, i32x4.sub(v128.load(counts + to), v128.not(missing)));
      }
    }
  }
}

function sortFloats(): void {
  const end = network + <usize>comparators * 4;
  for (let pair = network; pair < end; pair += 4) {
    let low = scratch + <usize>load<u16>(pair) * ROW4;
    let high = scratch + <usize>load<u16>(pair, 2) * ROW4;
    const last = low + ROW4;
    for (; low < last; low += 64, high += 64) {
      const a0 = v128.load(low), a1 = v128.load(low, 16), a2 = v128.load(low, 32), a3 = v128.load(low, 48);
      const b0 = v128.load(high), b1 = v128.load(high, 16), b2 = v128.load(high, 32), b3 = v128.load(high, 48);
      v128.store(low, f32x4.pmin(a0, b0));
      v128.store(low, f32x4.pmin(a1, b1), 16);
      v128.store(low, f32x4.pmin(a2, b2), 32);
      v128.store(low, f32x4.pmin(a3, b3), 48);
      v128.store(high, f32x4.pmax(a0, b0));
      v128.store(high, f32x4.pmax(a1, b1), 16);
      v128.store(high, f32x4.pmax(a2, b2), 32);
      v128.store(high, f32x4.pmax(a3, b3), 48);
    }
  }
}

/** The two ranks of each pixel and the weight between them, in the three rows behind its count. */
function pickFloats(counts: usize): void {
  for (let i: usize = 0; i < ROW4; i += 4) {
    const rank = ranks + (<usize>load<u32>(counts + i) << 4);
    store<f32>(counts + i, load<f32>(scratch + <usize>load<u32>(rank) * ROW4 + i), ROW4);
    store<f32>(counts + i, load<f32>(scratch + <usize>load<u32>(rank, 4) * ROW4 + i), 2 * ROW4);
    store<f32>(counts + i, load<f32>(rank, 8), 3 * ROW4);
  }
}

function storeNdvi(at: usize, counts: usize, isMedian: i32): i32 {
  let refused = 0;
  for (let i: usize = 0; i < ROW2; i += 8) {
    const from = counts + 2 * i;
    const first = v128.load(from, ROW4);
    const second = v128.load(from, 2 * ROW4);
    const value = isMedian
      ? f32x4.mul(f32x4.add(first, second), f32x4.splat(0.5))
      : f32x4.add(first, f32x4.mul(f32x4.sub(second, first), v128.load(from, 3 * ROW4)));
    const scaled = f32x4.nearest(f32x4.mul(value, f32x4.splat(10000)));
    // False for NaN and infinity too, which is what pixels without a value come to here.
    const holds = f32x4.le(f32x4.abs(scaled), f32x4.splat(32767));
    const whole = v128.bitselect(i32x4.trunc_sat_f32x4_s(scaled), i32x4.splat(-32768), holds);
    v128.store64_lane(out + at + i, i16x8.narrow_i32x4_s(whole, whole), 0);
    const seen = i32x4.ne(v128.load(from), i32x4.splat(0));
    refused += popcnt(i32x4.bitmask(v128.andnot(seen, holds)));
  }
  return refused;
}

/** Medoid of `pixels` (a multiple of 64): red, nir of the chosen date side by side as uint16, 0 where there is none. */
export function medoid(pixels: i32): void {
  const reds = scratch;
  const nirs = reds + <usize>dates * ROW2;
  const counts = nirs + <usize>dates * ROW2;
  const middleRed = counts + ROW4;
  const middleNir = middleRed + ROW4;
  for (let start: usize = 0; start < <usize>pixels; start += CHUNK) {
    fillDn(start * 2, reds, nirs, counts);
    sortDn(reds);
    sortDn(nirs);
    for (let i: usize = 0; i < CHUNK; i++) {
      const rank = ranks + (<usize>load<u16>(counts + 2 * i) << 4);
      const low = <usize>load<u32>(rank) * ROW2 + 2 * i;
      const high = <usize>load<u32>(rank, 4) * ROW2 + 2 * i;
      store<f32>(middleRed + 4 * i, <f32>(<i32>load<u16>(reds + low) + <i32>load<u16>(reds + high)) * 0.5);
      store<f32>(middleNir + 4 * i, <f32>(<i32>load<u16>(nirs + low) + <i32>load<u16>(nirs + high)) * 0.5);
    }
    for (let i: usize = 0; i < CHUNK; i += 4) {
      const at = (start + i) * 2;
      v128.store(out + 2 * at, nearestDate(at, v128.load(middleRed + 4 * i), v128.load(middleNir + 4 * i)));
    }
  }
}

/** DN of each date in its rows, 65535 where either is missing, so that they come last, and the number of dates. */
function fillDn(at: usize, reds: usize, nirs: usize, counts: usize): void {
  const zero = i16x8.splat(0);
  memory.fill(counts, 0, ROW2);
  for (let k = 0; k < dates; k++) {
    const red = planes + <usize>(2 * k) * planeBytes + at;
    const row = <usize>k * ROW2;
    for (let i: usize = 0; i < ROW2; i += 16) {
      const r = v128.load(red + i);
      const n = v128.load(red + planeBytes + i);
      const missing = v128.or(i16x8.eq(r, zero), i16x8.eq(n, zero));
      v128.store(reds + row + i, v128.or(r, missing));
      v128.store(nirs + row + i, v128.or(n, missing));
      v128.store(counts + i, i16x8.sub(v128.load(counts + i), v128.not(missing)));
    }
  }
}

function sortDn(rows: usize): void {
  const end = network + <usize>comparators * 4;
  for (let pair = network; pair < end; pair += 4) {
    let low = rows + <usize>load<u16>(pair) * ROW2;
    let high = rows + <usize>load<u16>(pair, 2) * ROW2;
    const last = low + ROW2;
    for (; low < last; low += 64, high += 64) {
      const a0 = v128.load(low), a1 = v128.load(low, 16), a2 = v128.load(low, 32), a3 = v128.load(low, 48);
      const b0 = v128.load(high), b1 = v128.load(high, 16), b2 = v128.load(high, 32), b3 = v128.load(high, 48);
      v128.store(low, i16x8.min_u(a0, b0));
      v128.store(low, i16x8.min_u(a1, b1), 16);
      v128.store(low, i16x8.min_u(a2, b2), 32);
      v128.store(low, i16x8.min_u(a3, b3), 48);
      v128.store(high, i16x8.max_u(a0, b0));
      v128.store(high, i16x8.max_u(a1, b1), 16);
      v128.store(high, i16x8.max_u(a2, b2), 32);
      v128.store(high, i16x8.max_u(a3, b3), 48);
    }
  }
}

/** Red + 65536 · nir of the date nearest to the medians, of 4 pixels; the first of equally near ones. */
function nearestDate(at: usize, middleRed: v128, middleNir: v128): v128 {
  const zero = i32x4.splat(0);
  let best = f32x4.splat(Infinity);
  let chosen = zero;
  let red = planes + at;
  for (let k = 0; k < dates; k++) {
    const r = v128.load16x4_u(red);
    const n = v128.load16x4_u(red + planeBytes);
    const missing = v128.or(i32x4.eq(r, zero), i32x4.eq(n, zero));
    const dr = f32x4.sub(f32x4.convert_i32x4_s(r), middleRed);
    const dn = f32x4.sub(f32x4.convert_i32x4_s(n), middleNir);
    const distance = f32x4.add(f32x4.mul(dr, dr), f32x4.mul(dn, dn));
    const nearer = v128.andnot(f32x4.lt(distance, best), missing);
    best = v128.bitselect(distance, best, nearer);
    chosen = v128.bitselect(v128.or(r, i32x4.shl(n, 16)), chosen, nearer);
    red += 2 * planeBytes;
  }
  return chosen;
}
