import type { ScenePlan } from './calendar.ts';
import { dayOfYear } from './dates.ts';
import { fieldQuantile, smoothstep, softField } from './noise.ts';
import { cloudCapOf } from './parcels.ts';
import { between, deriveSeed, mulberry32, type Random } from './random.ts';
import type { DemoSettings } from './settings.ts';
import { SPECTRA } from './spectra.ts';

/** The air over the place on one day, per pixel, 0..1. What the scene classification sees is kept apart from the rest. */
export interface Sky {
  /** Opacity of all cloud, and depth of all cloud shadow. */
  readonly cloud: Float32Array;
  readonly shadow: Float32Array;
  /** Opacity of dust and of thin haze; the classification sees neither. */
  readonly dust: Float32Array;
  readonly haze: Float32Array;
  /** The part of `cloud` and `shadow` that the classification marks. */
  readonly cloudSeen: Float32Array;
  readonly shadowSeen: Float32Array;
  readonly sun: Sun;
}

export interface Sun {
  readonly elevationDeg: number;
  /** Clockwise from north. */
  readonly azimuthDeg: number;
}

/** Sun over the place at about 10:25 UTC (Cooper's declination); good to a degree. */
function sunOn(day: number, centre: { lon: number; lat: number }): Sun {
  const rad = Math.PI / 180;
  const declination = 23.44 * Math.sin(((284 + dayOfYear(day)) / 365) * 2 * Math.PI) * rad;
  const hourAngle = (10.42 + centre.lon / 15 - 12) * 15 * rad;
  const latitude = centre.lat * rad;
  const sine =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle);
  const east = -Math.cos(declination) * Math.sin(hourAngle);
  const north =
    Math.sin(declination) * Math.cos(latitude) - Math.cos(declination) * Math.sin(latitude) * Math.cos(hourAngle);
  const azimuth = Math.atan2(east, north) / rad;
  return { elevationDeg: Math.asin(sine) / rad, azimuthDeg: (azimuth + 360) % 360 };
}

/** Draws the sky of an acquisition; duplicates of one acquisition have the same. */
export function drawSky(scene: ScenePlan, settings: DemoSettings): Sky {
  const { sizePx } = settings;
  const seed = deriveSeed(settings.seed, `sky/${scene.day}`);
  const random = mulberry32(seed);
  const sun = sunOn(scene.day, settings.centre);
  const { cloudShare, dust, capAway } = scene.weather;
  const seen = driftClouds(sizePx, cloudShare, seed, random);
  const cap = capAway ? null : capCloud(sizePx, seed);
  if (cap) for (let i = 0; i < seen.length; i++) seen[i] = Math.max(seen[i]!, cap[i]!);
  const cloud = Float32Array.from(seen);
  const shadowOf = (field: Float32Array, heightM: number) =>
    castShadow(field, sizePx, { sun, heightM: heightM / settings.pixelM });
  const heightM = between(random, 700, 1500);
  const shadowSeen = shadowOf(seen, heightM);
  const missed = random() < 0.4 ? puffs(sizePx, random, seed) : null;
  if (missed) for (let i = 0; i < cloud.length; i++) cloud[i] = Math.max(cloud[i]!, missed[i]!);
  const shadow = missed ? shadowOf(cloud, heightM) : shadowSeen;
  if (random() < 0.25) blindToEdges(seen, shadowSeen);
  const dustField = dust > 0 ? dustOver(sizePx, dust, seed) : new Float32Array(cloud.length);
  const haze = random() < 0.18 ? hazePatch(sizePx, seed, random) : new Float32Array(cloud.length);
  return { cloud, shadow, dust: dustField, haze, cloudSeen: seen, shadowSeen, sun };
}

function driftClouds(sizePx: number, share: number, seed: number, random: Random): Float32Array {
  const out = new Float32Array(sizePx * sizePx);
  if (share < 0.004) return out;
  const cumulus = random() < 0.65;
  const options = cumulus
    ? { featurePx: between(random, 45, 110), octaves: 5, gain: 0.55, turnRad: random() * 3 }
    : { featurePx: between(random, 220, 420), octaves: 6, gain: 0.56, stretch: 1.8, turnRad: random() * 3 };
  const field = softField(sizePx, seed ^ 0x51ab, options);
  const edge = fieldQuantile(field, 1 - share);
  const soft = cumulus ? 0.12 : 0.2;
  const densest = random() < 0.12 ? 0.3 : 1;
  for (let i = 0; i < out.length; i++) out[i] = densest * smoothstep(edge, edge + soft, field[i]!);
  return out;
}

/** The cloud that hangs on the massif: opaque over the cloudy parcels, ragged outside them. */
function capCloud(sizePx: number, seed: number): Float32Array {
  const cap = cloudCapOf(sizePx);
  const rag = softField(sizePx, seed ^ 0xca9, { featurePx: 60, octaves: 5, gain: 0.58 });
  return rag.map((r, i) => {
    const away = Math.hypot((i % sizePx) + 0.5 - cap.col, Math.floor(i / sizePx) + 0.5 - cap.row) / cap.radiusPx;
    if (away < 1.04) return Math.max(0.72, Math.min(1, 0.9 + r * 0.4));
    return 0.95 * smoothstep(0, 0.28, 1.34 + r * 0.75 - away) * (away < 1.85 ? 1 : 0);
  });
}

/** Small clouds that the classification takes for bare ground. */
function puffs(sizePx: number, random: Random, seed: number): Float32Array {
  const out = new Float32Array(sizePx * sizePx);
  const rag = softField(sizePx, seed ^ 0x9f1, { featurePx: 14, octaves: 3, gain: 0.6 });
  const count = 2 + Math.floor(random() * 5);
  for (let k = 0; k < count; k++) {
    const col = random() * sizePx;
    const row = random() * sizePx;
    const radius = between(random, 4, 15);
    const opacity = between(random, 0.3, 0.8);
    for (let r = Math.max(0, Math.floor(row - 2 * radius)); r < Math.min(sizePx, row + 2 * radius); r++) {
      for (let c = Math.max(0, Math.floor(col - 2 * radius)); c < Math.min(sizePx, col + 2 * radius); c++) {
        const away = Math.hypot(c - col, r - row) / radius;
        const i = r * sizePx + c;
        out[i] = Math.max(out[i]!, opacity * smoothstep(0, 0.5, 1.1 - away + rag[i]! * 0.8));
      }
    }
  }
  return out;
}

/** Shadows fall away from the sun, by the height of the cloud over the tangent of the sun's elevation. */
function castShadow(cloud: Float32Array, sizePx: number, at: { sun: Sun; heightM: number }): Float32Array {
  const reach = at.heightM / Math.tan((at.sun.elevationDeg * Math.PI) / 180);
  const dCol = Math.round(Math.sin((at.sun.azimuthDeg * Math.PI) / 180) * reach);
  const dRow = Math.round(-Math.cos((at.sun.azimuthDeg * Math.PI) / 180) * reach);
  const shadow = new Float32Array(cloud.length);
  for (let row = 0; row < sizePx; row++) {
    const fromRow = mirror(row + dRow, sizePx) * sizePx;
    for (let col = 0; col < sizePx; col++) shadow[row * sizePx + col] = cloud[fromRow + mirror(col + dCol, sizePx)]!;
  }
  return shadow;
}

/** What drifts outside the frame is unknown; its mirror image stands in, so that shadows do not end at a line. */
function mirror(at: number, sizePx: number): number {
  const inside = at < 0 ? -1 - at : at >= sizePx ? 2 * sizePx - 1 - at : at;
  return Math.min(sizePx - 1, Math.max(0, inside));
}

/** On some days the classification overlooks the thin rims of clouds and shadows. */
function blindToEdges(cloudSeen: Float32Array, shadowSeen: Float32Array): void {
  for (let i = 0; i < cloudSeen.length; i++) {
    if (cloudSeen[i]! < 0.16) cloudSeen[i] = 0;
    if (shadowSeen[i]! < 0.3) shadowSeen[i] = 0;
  }
}

function dustOver(sizePx: number, opacity: number, seed: number): Float32Array {
  const field = softField(sizePx, seed ^ 0xd057, { featurePx: 500, octaves: 3 });
  return field.map((v) => opacity * (1 + 0.35 * v));
}

/** Smoke or thin haze over a part of the scene, quite absent from the rest. */
function hazePatch(sizePx: number, seed: number, random: Random): Float32Array {
  const field = softField(sizePx, seed ^ 0x4a2e, { featurePx: 300, octaves: 4 });
  const edge = fieldQuantile(field, between(random, 0.65, 0.9));
  const opacity = between(random, 0.08, 0.22);
  return field.map((v) => opacity * smoothstep(edge, edge + 0.25, v));
}

const SHADOW_DEPTH = 0.55;

/** Looks at the ground through the air: haze, then shadow on the ground, then cloud above all. Changes `bands`. */
export function lookThrough(bands: readonly Float32Array[], sky: Sky): void {
  const { cloud, shadow, dust, haze } = sky;
  bands.forEach((band, b) => {
    const dusty = SPECTRA.dust[b]!;
    const hazy = SPECTRA.haze[b]!;
    const white = SPECTRA.cloud[b]!;
    for (let i = 0; i < band.length; i++) {
      let value = band[i]!;
      if (shadow[i]! > 0) value *= 1 - SHADOW_DEPTH * shadow[i]! * (1 - cloud[i]!);
      if (dust[i]! > 0) value += dust[i]! * (dusty - value);
      if (haze[i]! > 0) value += haze[i]! * (hazy - value);
      if (cloud[i]! > 0) value += cloud[i]! * (white - value);
      band[i] = value;
    }
  });
}
