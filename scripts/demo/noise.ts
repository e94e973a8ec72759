import { mulberry32 } from './random.ts';

const LATTICE = 128;

export interface FractalOptions {
  /** Size of the largest features, in pixels. */
  readonly featurePx: number;
  readonly octaves: number;
  /** Amplitude of each octave relative to the one before; 0.5 is smooth land, 0.65 is ragged. */
  readonly gain?: number;
  /** Stretches features along x: 2 makes them twice as long from west to east. */
  readonly stretch?: number;
  /** Direction of the stretch, in radians from east towards south. */
  readonly turnRad?: number;
}

/**
 * Fractal gradient noise (Perlin 2002 fade, 8 directions) over a square of sizePx × sizePx pixels, row by row.
 * Values have mean near 0 and stay within about ±1; 9 in 10 within ±0.45.
 */
export function fractalField(sizePx: number, seed: number, options: FractalOptions): Float32Array {
  const out = new Float32Array(sizePx * sizePx);
  const { gain = 0.5, stretch = 1, turnRad = 0 } = options;
  const cos = Math.cos(turnRad) / stretch;
  const sin = Math.sin(turnRad) / stretch;
  let amplitude = 1;
  let total = 0;
  let frequency = 1 / options.featurePx;
  for (let octave = 0; octave < options.octaves; octave++) {
    const axes = {
      ux: cos * frequency,
      uy: sin * frequency,
      vx: -sin * stretch * frequency,
      vy: cos * stretch * frequency,
    };
    addOctave(out, sizePx, axes, amplitude, seed + octave * 7919);
    total += amplitude;
    amplitude *= gain;
    frequency *= 2.03;
  }
  for (let i = 0; i < out.length; i++) out[i] = (out[i]! / total) * 1.6;
  return out;
}

/**
 * The same on every second pixel, with the ones between filled in linearly: for clouds and haze, which need no finer
 * grain. `sizePx` must be even; `featurePx` stays in full pixels.
 */
export function softField(sizePx: number, seed: number, options: FractalOptions): Float32Array {
  const n = sizePx >> 1;
  const half = fractalField(n, seed, { ...options, featurePx: options.featurePx / 2 });
  const out = new Float32Array(sizePx * sizePx);
  for (let row = 0; row < sizePx; row++) {
    const y = Math.min(n - 1, Math.max(0, row / 2 - 0.25));
    const r0 = Math.floor(y) * n;
    const r1 = Math.min(n - 1, Math.floor(y) + 1) * n;
    const fy = y - Math.floor(y);
    for (let col = 0; col < sizePx; col++) {
      const x = Math.min(n - 1, Math.max(0, col / 2 - 0.25));
      const c0 = x | 0;
      const c1 = Math.min(n - 1, c0 + 1);
      const top = half[r0 + c0]! + (x - c0) * (half[r0 + c1]! - half[r0 + c0]!);
      const bottom = half[r1 + c0]! + (x - c0) * (half[r1 + c1]! - half[r1 + c0]!);
      out[row * sizePx + col] = top + fy * (bottom - top);
    }
  }
  return out;
}

interface Axes {
  readonly ux: number;
  readonly uy: number;
  readonly vx: number;
  readonly vy: number;
}

function addOctave(out: Float32Array, sizePx: number, axes: Axes, amplitude: number, seed: number): void {
  const random = mulberry32(seed);
  const gx = new Float32Array(LATTICE * LATTICE);
  const gy = new Float32Array(LATTICE * LATTICE);
  for (let i = 0; i < gx.length; i++) {
    const angle = Math.floor(random() * 64) * (Math.PI / 32);
    gx[i] = Math.cos(angle);
    gy[i] = Math.sin(angle);
  }
  const offset = random() * 64 + 64;
  for (let row = 0; row < sizePx; row++) {
    for (let col = 0; col < sizePx; col++) {
      const x = col * axes.ux + row * axes.uy + offset;
      const y = col * axes.vx + row * axes.vy + offset;
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      const fx = x - x0;
      const fy = y - y0;
      const r0 = (y0 & 127) << 7;
      const r1 = ((y0 + 1) & 127) << 7;
      const c0 = x0 & 127;
      const c1 = (x0 + 1) & 127;
      const a = gx[r0 | c0]! * fx + gy[r0 | c0]! * fy;
      const b = gx[r0 | c1]! * (fx - 1) + gy[r0 | c1]! * fy;
      const c = gx[r1 | c0]! * fx + gy[r1 | c0]! * (fy - 1);
      const d = gx[r1 | c1]! * (fx - 1) + gy[r1 | c1]! * (fy - 1);
      const sx = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
      const sy = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
      const top = a + sx * (b - a);
      out[row * sizePx + col]! += amplitude * (top + sy * (c + sx * (d - c) - top));
    }
  }
}

export function smoothstep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** The value below which `share` (0..1) of the field lies, from every 7th pixel. */
export function fieldQuantile(field: Float32Array, share: number): number {
  const sample = new Float32Array(Math.ceil(field.length / 7));
  for (let i = 0; i < sample.length; i++) sample[i] = field[i * 7]!;
  sample.sort();
  return sample[Math.min(sample.length - 1, Math.max(0, Math.floor(share * sample.length)))]!;
}

/** Distance in pixels to the nearest pixel where `mask` is not 0 (chamfer 1/√2, at most 8 % long). */
export function distanceField(mask: Uint8Array, sizePx: number): Float32Array {
  const far = sizePx * 2;
  const distance = Float32Array.from(mask, (m) => (m === 0 ? far : 0));
  const relax = (i: number, j: number, step: number) => {
    if (distance[j]! + step < distance[i]!) distance[i] = distance[j]! + step;
  };
  const sweep = (i: number, row: number, col: number, dir: 1 | -1) => {
    const up = i - dir * sizePx;
    const inRows = dir === 1 ? row > 0 : row < sizePx - 1;
    const behind = dir === 1 ? col > 0 : col < sizePx - 1;
    const ahead = dir === 1 ? col < sizePx - 1 : col > 0;
    if (behind) relax(i, i - dir, 1);
    if (inRows) relax(i, up, 1);
    if (inRows && behind) relax(i, up - dir, Math.SQRT2);
    if (inRows && ahead) relax(i, up + dir, Math.SQRT2);
  };
  for (let i = 0; i < distance.length; i++) sweep(i, Math.floor(i / sizePx), i % sizePx, 1);
  for (let i = distance.length - 1; i >= 0; i--) sweep(i, Math.floor(i / sizePx), i % sizePx, -1);
  return distance;
}
