// Two-date NDVI change, 8 pixels at a time. Its definition, in TypeScript, is pipeline/raster/ndvi-change.ts.

/** Keep rule of scene classes: 16 bytes, 255 where the class of that number is clear. */
const KEEP: usize = 16;
/** What `change` leaves: pixels beyond what int16 holds, valid ones, their sum, sum of squares, least and most. */
const TOTALS: usize = 32;
const NODATA: i16 = -32768;

export function keepAt(): usize {
  return KEEP;
}

export function totalsAt(): usize {
  return TOTALS;
}

/** First address that is the caller's. */
export function freeAt(): usize {
  return 128;
}

/** Copies a rectangle of bytes; returns 1 when any of them is not 0. `widthBytes` may be anything. */
export function paste(from: usize, fromStride: usize, to: usize, toStride: usize, widthBytes: i32, rows: i32): i32 {
  let seen = i64x2.splat(0);
  let seenTail: i32 = 0;
  for (let row = 0; row < rows; row++) {
    let at: i32 = 0;
    for (; at + 16 <= widthBytes; at += 16) {
      const bytes = v128.load(from + at);
      seen = v128.or(seen, bytes);
      v128.store(to + at, bytes);
    }
    for (; at < widthBytes; at++) {
      const byte = load<u8>(from + at);
      seenTail |= byte;
      store<u8>(to + at, byte);
    }
    from += fromStride;
    to += toStride;
  }
  return i32(v128.any_true(seen)) | i32(seenTail !== 0);
}

/** 1 when any byte of a rectangle is not 0. */
export function anyIn(at: usize, stride: usize, widthBytes: i32, rows: i32): i32 {
  for (let row = 0; row < rows; row++) {
    let col: i32 = 0;
    for (; col + 16 <= widthBytes; col += 16) if (v128.any_true(v128.load(at + col))) return 1;
    for (; col < widthBytes; col++) if (load<u8>(at + col) !== 0) return 1;
    at += stride;
  }
  return 0;
}

/** clear = 255 where both classes are kept, else 0; `count` a multiple of 16. All on one grid. */
export function clearSame(before: usize, after: usize, clear: usize, count: i32): void {
  const keep = v128.load(KEEP);
  for (let i: i32 = 0; i < count; i += 16) {
    const a = v128.swizzle(keep, v128.load(before + i));
    const b = v128.swizzle(keep, v128.load(after + i));
    v128.store(clear + i, v128.and(a, b));
  }
}

/** The same from classes of half the resolution, `side` by `side`, a multiple of 16; `clear` is twice that. */
export function clearDouble(before: usize, after: usize, clear: usize, side: i32): void {
  const keep = v128.load(KEEP);
  for (let row: i32 = 0; row < side; row++) {
    for (let col: i32 = 0; col < side; col += 16) {
      const a = v128.swizzle(keep, v128.load(before + col));
      const b = v128.swizzle(keep, v128.load(after + col));
      const both = v128.and(a, b);
      const left = v128.shuffle<i8>(both, both, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
      const right = v128.shuffle<i8>(both, both, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15);
      const to = clear + 2 * col;
      v128.store(to, left);
      v128.store(to, right, 16);
      v128.store(to + 2 * side, left);
      v128.store(to + 2 * side, right, 16);
    }
    before += side;
    after += side;
    clear += 4 * side;
  }
}

/** (nir − red) / max(nir + red + offsetSum, 1) of the lower four pixels. */
@inline
function ndviLow(red: v128, nir: v128, offsetSum: v128): v128 {
  return ndvi(v128.extend_low<u16>(red), v128.extend_low<u16>(nir), offsetSum);
}

@inline
function ndviHigh(red: v128, nir: v128, offsetSum: v128): v128 {
  return ndvi(v128.extend_high<u16>(red), v128.extend_high<u16>(nir), offsetSum);
}

@inline
function ndvi(red: v128, nir: v128, offsetSum: v128): v128 {
  const r = f32x4.convert_i32x4_s(red);
  const n = f32x4.convert_i32x4_s(nir);
  const sum = f32x4.max(f32x4.add(f32x4.add(n, r), offsetSum), f32x4.splat(1));
  return f32x4.div(f32x4.sub(n, r), sum);
}

@inline
function stepsOf(before: v128, after: v128): v128 {
  const change = f32x4.mul(f32x4.sub(after, before), f32x4.splat(10000));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(change));
}

/** All ones in the lanes that int16 cannot hold; −32,768 is nodata, so it cannot either. */
@inline
function beyond(steps: v128): v128 {
  return i32x4.gt_s(i32x4.abs(steps), i32x4.splat(32767));
}

@inline
function addWide(total: v128, values: v128): v128 {
  return i64x2.add(total, i64x2.add(i64x2.extend_low_i32x4_s(values), i64x2.extend_high_i32x4_s(values)));
}

/**
 * `count`, a multiple of 8, pixels of red and nir of both dates, all uint16, and of `clear`, bytes of 0 or 255, to `out`,
 * int16, and the totals at TOTALS.
 */
export function change(
  red1: usize,
  nir1: usize,
  red2: usize,
  nir2: usize,
  clear: usize,
  out: usize,
  count: i32,
  offsetSum1: f32,
  offsetSum2: f32,
): void {
  const offset1 = f32x4.splat(offsetSum1);
  const offset2 = f32x4.splat(offsetSum2);
  const zero = i64x2.splat(0);
  const nodata = i16x8.splat(NODATA);
  let sums = zero;
  let squares = zero;
  let least = i16x8.splat(32767);
  let most = i16x8.splat(-32768);
  let valuePx: i32 = 0;
  let beyondPx: i32 = 0;
  for (let i: i32 = 0; i < count; i += 8) {
    const at: usize = usize(i) << 1;
    const mask = v128.load64_zero(clear + i);
    if (!v128.any_true(mask)) {
      v128.store(out + at, nodata);
      continue;
    }
    const r1 = v128.load(red1 + at);
    const n1 = v128.load(nir1 + at);
    const r2 = v128.load(red2 + at);
    const n2 = v128.load(nir2 + at);
    const isMissing = v128.or(
      v128.or(i16x8.eq(r1, zero), i16x8.eq(n1, zero)),
      v128.or(i16x8.eq(r2, zero), i16x8.eq(n2, zero)),
    );
    const isClear = v128.shuffle<i8>(mask, mask, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    let isValid = v128.andnot(isClear, isMissing);
    const low = stepsOf(ndviLow(r1, n1, offset1), ndviLow(r2, n2, offset2));
    const high = stepsOf(ndviHigh(r1, n1, offset1), ndviHigh(r2, n2, offset2));
    const steps = i16x8.narrow_i32x4_s(low, high);
    const beyondLow = beyond(low);
    const beyondHigh = beyond(high);
    if (v128.any_true(v128.or(beyondLow, beyondHigh))) {
      const outside = v128.and(i16x8.narrow_i32x4_s(beyondLow, beyondHigh), isValid);
      beyondPx += popcnt<i32>(i16x8.bitmask(outside));
      isValid = v128.andnot(isValid, outside);
    }
    v128.store(out + at, v128.bitselect(steps, nodata, isValid));
    const values = v128.and(steps, isValid);
    valuePx += popcnt<i32>(i16x8.bitmask(isValid));
    sums = addWide(sums, i32x4.extadd_pairwise_i16x8_s(values));
    squares = addWide(squares, i32x4.dot_i16x8_s(values, values));
    least = i16x8.min_s(least, v128.bitselect(steps, least, isValid));
    most = i16x8.max_s(most, v128.bitselect(steps, most, isValid));
  }
  store<f64>(TOTALS, f64(beyondPx));
  store<f64>(TOTALS, f64(valuePx), 8);
  store<f64>(TOTALS, f64(i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1)), 16);
  store<f64>(TOTALS, f64(i64x2.extract_lane(squares, 0) + i64x2.extract_lane(squares, 1)), 24);
  store<f64>(TOTALS, f64(smallest(least)), 32);
  store<f64>(TOTALS, f64(-smallest(i16x8.neg(i16x8.max_s(most, i16x8.splat(-32767))))), 40);
}

function smallest(lanes: v128): i32 {
  let a = i16x8.min_s(lanes, v128.shuffle<i8>(lanes, lanes, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  a = i16x8.min_s(a, v128.shuffle<i8>(a, a, 4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15));
  a = i16x8.min_s(a, v128.shuffle<i8>(a, a, 2, 3, 0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  return i16x8.extract_lane_s(a, 0);
}
