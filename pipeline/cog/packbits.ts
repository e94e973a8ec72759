/**
 * PackBits (TIFF 6.0, section 9): runs and literal stretches. Returns the bytes written into `out`, which is never overrun:
 * `out.length + 1` where there are more, -1 where the input ends inside a stretch.
 */
export function inflatePackBits(bytes: Uint8Array, out: Uint8Array): number {
  let done = 0;
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at++]!;
    if (head === 128) continue;
    const isRun = head > 128;
    const length = isRun ? 257 - head : head + 1;
    const taken = isRun ? 1 : length;
    if (at + taken > bytes.length) return -1;
    if (done + length > out.length) return out.length + 1;
    if (isRun) out.fill(bytes[at]!, done, done + length);
    else out.set(bytes.subarray(at, at + length), done);
    at += taken;
    done += length;
  }
  return done;
}
