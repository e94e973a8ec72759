/**
 * The indices of `values` in rising order of value, −0 and 0 alike. Radix sort, byte by byte, of the float32 bits in a
 * form that keeps their order: linear in the number of values, and faster than comparing from a hundred values on.
 * Equal values keep the order of their indices. No NaN.
 */
export function radixOrder(values: Float32Array): Uint32Array {
  const n = values.length;
  const keys = sortableKeys(values);
  const starts = countBytes(keys);
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  let next = new Uint32Array(n);
  for (let byte = 0; byte < 4; byte++) {
    if (!countsToStarts(starts, byte * 256, n)) continue;
    for (let i = 0; i < n; i++) {
      const index = order[i]!;
      const slot = byte * 256 + ((keys[index]! >>> (8 * byte)) & 255);
      const at = starts[slot]!;
      next[at] = index;
      starts[slot] = at + 1;
    }
    [order, next] = [next, order];
  }
  return order;
}

/** Bits of a float32 as an unsigned number of the same order. */
function sortableKeys(values: Float32Array): Uint32Array {
  const floats = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) floats[i] = values[i]! + 0;
  const keys = new Uint32Array(floats.buffer);
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i]!;
    keys[i] = bits >>> 31 === 1 ? ~bits : bits | 0x80000000;
  }
  return keys;
}

/** How often each value of each of the four bytes occurs. */
function countBytes(keys: Uint32Array): Uint32Array {
  const counts = new Uint32Array(4 * 256);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    for (let byte = 0; byte < 4; byte++) {
      const slot = byte * 256 + ((key >>> (8 * byte)) & 255);
      counts[slot] = counts[slot]! + 1;
    }
  }
  return counts;
}

/** Turns 256 counts into first places; false when all values share one byte, so that there is nothing to sort. */
function countsToStarts(counts: Uint32Array, from: number, total: number): boolean {
  let sum = 0;
  for (let slot = from; slot < from + 256; slot++) {
    const count = counts[slot]!;
    if (count === total) return false;
    counts[slot] = sum;
    sum += count;
  }
  return true;
}
