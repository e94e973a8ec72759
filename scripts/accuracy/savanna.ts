import { hlsBandLines } from '../../pipeline/change/harmonise.ts';
import type { SensorFamily } from '../../shared/scene.ts';
import { dayOf, monthOf } from '../demo/dates.ts';
import { seasonOf } from '../demo/phenology.ts';
import { between, deriveSeed, mulberry32, type Random } from '../demo/random.ts';
import type { DemoSettings } from '../demo/settings.ts';
import { SPECTRA } from '../demo/spectra.ts';

/**
 * Series of single savanna pixels with a known fate: the demo's season and spectra, Sentinel-2's calendar, clouds by
 * month, fires, dust, haze and cloud rims that the mask missed, sensor noise. Season-years run from 1 November to
 * 31 October, as fires and rains do. Synthetic; nothing here is measured.
 */
export interface SavannaSettings {
  readonly seed: number;
  /** Places with a calendar, a sky and rains of their own. */
  readonly places: number;
  readonly pixelsPerPlace: number;
  /** Season-years of history, all unchanged; one more is judged. */
  readonly historyYears: number;
  /** NDVI by which half of the pixels step in the judged year. */
  readonly step: number;
  /** Clear observations that the judged year must still have after a step. */
  readonly clearAfterStep: number;
  /**
   * `msi`: Sentinel-2 every 5 days. `mixed`: ETM+ every 15 days in all years of history but the last, then OLI every 15
   * days with Sentinel-2 in between; NDVI as each sensor sees it, by the published lines turned round.
   */
  readonly sensors: 'msi' | 'mixed';
}

export interface SavannaPlace {
  /** UTC days since 1970-01-01 of all passes, ascending; the judged year begins at `startSlot`. */
  readonly days: Int32Array;
  readonly startSlot: number;
  readonly families: readonly SensorFamily[];
  readonly pixels: readonly SavannaPixel[];
}

export interface SavannaPixel {
  /** One value per pass, NaN where the mask says cloud. */
  readonly ndvi: Float64Array;
  /** The same as each sensor sees it, before harmonisation; `ndvi` is what OLI would see. */
  readonly ndviRaw: Float64Array;
  readonly nbr: Float64Array;
  /** First pass after the step; −1 = unchanged. */
  readonly stepSlot: number;
  /** UTC days of the fires of all years. */
  readonly fireDays: readonly number[];
}

/** Roy et al. 2016, surface NDVI. */
const ETM_SLOPE = 0.9723;
const ETM_INTERCEPT = 0.0235;

const FIRST_YEAR = 2018;
const PASS_DAYS = 5;
const MEAN_RAIN_MM = 1050;
/** Share of the rain by which years differ (standard deviation). */
const RAIN_SPREAD = 0.13;
const FIRE_SHARE = 0.4;
/** Share of the leaves that a fire of full severity scorches; they come back as the char goes. */
const SCORCH = 0.85;
const HARMATTAN_SHARE = 0.22;
const NOISE_REFLECTANCE = 0.002;
/** Least and greatest cloud share in January … December: those of the demo. */
const CLOUDS: readonly (readonly [number, number])[] = [
  [0, 0.03],
  [0, 0.06],
  [0.02, 0.12],
  [0.08, 0.3],
  [0.15, 0.45],
  [0.25, 0.6],
  [0.35, 0.7],
  [0.4, 0.8],
  [0.3, 0.65],
  [0.12, 0.4],
  [0, 0.12],
  [0, 0.05],
];

type Bands = [red: number, nir: number, swir22: number];
/** Red, near infrared and the short-wave infrared of 2.2 µm; the last is believable, not measured. */
const SURFACES = {
  leaf: surface('leaf', 0.062),
  branch: surface('branch', 0.16),
  grass: surface('grass', 0.11),
  straw: surface('straw', 0.24),
  laterite: surface('lateriteSoil', 0.29),
  grey: surface('greySoil', 0.26),
  /** Fresh char is black in both bands: its NDVI lies below the demo's, so that scars fall by about 0.1. */
  char: [0.042, 0.046, 0.105] as Bands,
  cloud: surface('cloud', 0.3),
  dust: surface('dust', 0.21),
  haze: surface('haze', 0.15),
};

function surface(name: keyof typeof SPECTRA, swir22: number): Bands {
  const [, , red, nir] = SPECTRA[name];
  return [red, nir, swir22];
}

interface Pass {
  readonly day: number;
  readonly family: SensorFamily;
  readonly season: ReturnType<typeof seasonOf>;
  readonly cloudShare: number;
  readonly dust: number;
  readonly haze: number;
  /** Residual of the atmospheric correction: added to red, and a factor on all bands. */
  readonly redShift: number;
  readonly gain: number;
}

interface Ground {
  readonly tree: number;
  readonly evergreen: number;
  readonly grass: number;
  readonly straw: number;
  readonly laterite: number;
  readonly tone: number;
  readonly lagUpDays: number;
  readonly lagDownDays: number;
}

interface Fire {
  readonly day: number;
  readonly severity: number;
}

export function makeSavanna(settings: SavannaSettings): SavannaPlace[] {
  return Array.from({ length: settings.places }, (_, p) => makePlace(settings, p));
}

function makePlace(settings: SavannaSettings, place: number): SavannaPlace {
  const random = mulberry32(deriveSeed(settings.seed, `place/${place}`));
  const years = settings.historyYears + 1;
  const start = dayOf(`${FIRST_YEAR}-11-01`) + Math.floor(random() * PASS_DAYS);
  const split = dayOf(`${FIRST_YEAR + settings.historyYears}-11-01`);
  const end = dayOf(`${FIRST_YEAR + years}-10-31`);
  const rain = drawRain(random, years);
  const passes: Pass[] = [];
  const lastOfHistory = dayOf(`${FIRST_YEAR + settings.historyYears - 1}-11-01`);
  for (let day = start, k = 0; day <= end; day += PASS_DAYS, k++) {
    const pass = drawPass(day, rain, random);
    if (settings.sensors === 'msi') passes.push(pass);
    else if (k % 3 === 0) passes.push({ ...pass, family: day < lastOfHistory ? 'tm-etm' : 'oli' });
    else if (day >= lastOfHistory) passes.push(pass);
  }
  const days = Int32Array.from(passes, (pass) => pass.day);
  const startSlot = days.findIndex((day) => day >= split);
  const pixels = Array.from({ length: settings.pixelsPerPlace }, (_, k) =>
    makePixel(settings, { passes, startSlot, isStepped: k % 2 === 1 }, random),
  );
  return { days, startSlot, families: passes.map(({ family }) => family), pixels };
}

/** Settings of the demo's season with rains of our own. */
function drawRain(random: Random, years: number): DemoSettings {
  const rainfallMm: Record<string, number> = {};
  for (let year = FIRST_YEAR - 1; year <= FIRST_YEAR + years; year++) {
    const share = Math.min(2, Math.max(-2, gauss(random))) * RAIN_SPREAD;
    rainfallMm[String(year)] = MEAN_RAIN_MM * (1 + share);
  }
  return { rainfallMm, meanRainfallMm: MEAN_RAIN_MM } as unknown as DemoSettings;
}

function drawPass(day: number, rain: DemoSettings, random: Random): Pass {
  const month = monthOf(day);
  const [least, most] = CLOUDS[month]!;
  const cloudShare = between(random, least, most);
  const isDusty = random() < HARMATTAN_SHARE && (month === 11 || month <= 2);
  return {
    day,
    family: 'msi',
    season: seasonOf(day, rain),
    cloudShare,
    dust: isDusty ? between(random, 0.07, 0.26) : 0,
    haze: random() < 0.18 ? between(random, 0.05, 0.2) : 0,
    redShift: 0.003 * gauss(random),
    gain: 1 + 0.015 * gauss(random),
  };
}

function drawGround(random: Random): Ground {
  return {
    tree: 0.02 + 0.6 * random() ** 1.3,
    evergreen: between(random, 0.2, 0.8),
    grass: between(random, 0.55, 0.95),
    straw: between(random, 0.4, 0.9),
    laterite: random(),
    tone: between(random, 0.85, 1.15),
    lagUpDays: between(random, -8, 14),
    lagDownDays: between(random, -8, 20),
  };
}

function makePixel(
  settings: SavannaSettings,
  at: { passes: readonly Pass[]; startSlot: number; isStepped: boolean },
  random: Random,
): SavannaPixel {
  const { passes, startSlot } = at;
  const ground = drawGround(random);
  const fires = drawFires(random, settings.historyYears + 1);
  const ndvi = new Float64Array(passes.length).fill(Number.NaN);
  const ndviRaw = new Float64Array(passes.length).fill(Number.NaN);
  const nbr = new Float64Array(passes.length).fill(Number.NaN);
  passes.forEach((pass, slot) => {
    const seen = random() >= pass.cloudShare;
    const bands = groundBands(ground, pass, fires);
    lookThrough(bands, pass, random);
    if (!seen) return;
    ndvi[slot] = (bands[1] - bands[0]) / (bands[1] + bands[0]);
    ndviRaw[slot] = seenBy(pass.family, bands);
    nbr[slot] = (bands[1] - bands[2]) / (bands[1] + bands[2]);
  });
  const draw = random();
  const stepSlot = at.isStepped ? chooseStep(ndvi, startSlot, settings.clearAfterStep, draw) : -1;
  if (stepSlot >= 0) {
    for (let slot = stepSlot; slot < ndvi.length; slot++) {
      ndvi[slot]! += settings.step;
      ndviRaw[slot]! += settings.step;
      nbr[slot]! += settings.step;
    }
  }
  return { ndvi, ndviRaw, nbr, stepSlot, fireDays: fires.map(({ day }) => day) };
}

/** A slot of the judged year after which at least `clearAfter` clear observations are left; −1 where there is none. */
function chooseStep(ndvi: Float64Array, startSlot: number, clearAfter: number, draw: number): number {
  let left = 0;
  let last = ndvi.length;
  while (last > startSlot && left < clearAfter) if (!Number.isNaN(ndvi[--last]!)) left++;
  if (left < clearAfter) return -1;
  return startSlot + Math.floor(draw * (last - startSlot + 1));
}

/** In 40 % of its dry seasons a pixel burns, mostly in November and December. */
function drawFires(random: Random, years: number): Fire[] {
  const fires: Fire[] = [];
  for (let k = 0; k < years; k++) {
    const day = dayOf(`${FIRST_YEAR + k}-11-12`) + Math.floor(100 * random() ** 1.3);
    const severity = between(random, 0.7, 1);
    if (random() < FIRE_SHARE) fires.push({ day, severity });
  }
  return fires;
}

/** Linear mixture of the pure surfaces, as the demo mixes them. */
function groundBands(ground: Ground, pass: Pass, fires: readonly Fire[]): Bands {
  const { season } = pass;
  let burnt = 0;
  let char = 0;
  for (const fire of fires) {
    const since = pass.day - fire.day;
    if (since < 0 || since > 240) continue;
    // The rains of the year before are over once a fire burns.
    const rains = since < 60 ? 0 : season.rains;
    burnt = Math.max(burnt, fire.severity * (1 - rains));
    char = Math.max(char, fire.severity * Math.exp(-since / 48) * (1 - rains));
  }
  const leafed = (ground.evergreen + (1 - ground.evergreen) * season.leafShare) * (1 - SCORCH * char);
  const open = 1 - ground.tree;
  const alive = season.greenOf(ground.lagUpDays, ground.lagDownDays);
  const green = open * ground.grass * alive * (1 - 0.75 * burnt);
  const straw = open * ground.straw * season.strawLeft * (1 - burnt) * (1 - alive);
  const bare = open - green - straw;
  const black = Math.min(bare, open * char);
  const soil = bare - black;
  const out: Bands = [0, 0, 0];
  for (let b = 0; b < 3; b++) {
    out[b] =
      ground.tone *
      (ground.tree * (leafed * SURFACES.leaf[b]! + (1 - leafed) * SURFACES.branch[b]!) +
        green * SURFACES.grass[b]! +
        straw * SURFACES.straw[b]! +
        soil * (ground.laterite * SURFACES.laterite[b]! + (1 - ground.laterite) * SURFACES.grey[b]!) +
        black * SURFACES.char[b]!);
  }
  return out;
}

/** Air and sensor: changes `bands`. Some cloud rims, shadow edges, patches of haze and all dust the mask does not see. */
function lookThrough(bands: Bands, pass: Pass, random: Random): void {
  const chance = random();
  const depth = random();
  const isMissed = chance < 0.012 + 0.1 * pass.cloudShare;
  const isHazy = pass.haze > 0 && random() < 0.3;
  const dust = pass.dust * between(random, 0.8, 1.2);
  for (let b = 0; b < 3; b++) {
    let value = bands[b]!;
    if (isMissed && chance * 1000 - Math.floor(chance * 1000) < 0.35) value = value * (1 - 0.5 * depth) + 0.01 * depth;
    else if (isMissed) value += (0.06 + 0.45 * depth) * (SURFACES.cloud[b]! - value);
    value += dust * (SURFACES.dust[b]! - value);
    if (isHazy) value += pass.haze * (SURFACES.haze[b]! - value);
    bands[b] = Math.max(0.001, (value + (b === 0 ? pass.redShift : 0)) * pass.gain + NOISE_REFLECTANCE * gauss(random));
  }
}

/** NDVI of a sensor on ground that OLI sees with these bands: the published lines towards OLI, turned round. */
function seenBy(family: SensorFamily, [red, nir]: Bands): number {
  const ndvi = (nir - red) / (nir + red);
  if (family === 'oli') return ndvi;
  if (family === 'tm-etm') return (ndvi - ETM_INTERCEPT) / ETM_SLOPE;
  const lines = hlsBandLines('sentinel-2a')!;
  const r = (red - lines.red.intercept) / lines.red.slope;
  const n = (nir - lines.nir08.intercept) / lines.nir08.slope;
  return (n - r) / (n + r);
}

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
