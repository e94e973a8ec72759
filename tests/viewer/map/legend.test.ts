import { describe, expect, it } from 'vitest';
import { colourOf, RAMPS, type Rgb, YEAR_CLASS_COLOURS } from '../../../shared/ramps.ts';
import { coloursOf, defaultColouring, isWithin } from '../../../viewer/map/colouring.ts';
import { legendLimits, legendStops, yearStops } from '../../../viewer/map/legend.ts';
import { RAMP_CHOICES, RAMP_COLOURS, type ValueKind } from '../../../viewer/style/ramp-choices.ts';

const KINDS = Object.keys(RAMP_CHOICES) as ValueKind[];

/** CIE L* of an sRGB colour, D65 (IEC 61966-2-1, CIE 15). */
function lightness(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (y * 24389) / 27;
}

describe('legend', () => {
  it('has 9 stops whose colours are those of the server for every kind in its own ramp', () => {
    for (const kind of KINDS) {
      const stops = legendStops(kind, defaultColouring(kind), { language: 'en' });
      expect(stops).toHaveLength(9);
      for (const { value, rgb } of stops) expect(rgb).toEqual(colourOf(RAMPS[kind], value));
    }
  });

  it('writes 0.125 of a change as +12.5 points in English and +12,5 in German', () => {
    const colouring = { ...defaultColouring('change'), low: -0.25, high: 0.25 };
    const labels = (language: 'en' | 'de') =>
      legendStops('change', colouring, { language, count: 5 }).map((one) => one.label);
    expect(labels('en')[3]).toBe('+12.5');
    expect(labels('de')[3]).toBe('+12,5');
    expect(labels('en')[2]).toBe('0');
    expect(labels('en')[0]).toBe('≤ -25');
  });

  it('marks ends beyond which values exist, and not the 0 and the 1 of a fraction', () => {
    const labels = (kind: ValueKind) =>
      legendStops(kind, defaultColouring(kind), { language: 'en', count: 2 }).map((one) => one.label);
    expect(labels('cover')).toEqual(['0', '100']);
    expect(labels('ndvi')).toEqual(['≤ 0.1', '≥ 0.9']);
    expect(labels('clear-count')).toEqual(['0', '≥ 20']);
  });

  it('writes a threshold of -0.15 of a change as ≤ −15 and one of 0.125 of NDVI as ≥ 0.13', () => {
    expect(legendLimits('change', { ...defaultColouring('change'), max: -0.15 }, 'en')).toEqual(['≤ −15']);
    expect(legendLimits('ndvi', { ...defaultColouring('ndvi'), min: 0.125 }, 'de')).toEqual(['≥ 0,13']);
    expect(legendLimits('cover', defaultColouring('cover'), 'en')).toEqual([]);
  });

  it('keeps both ends of a threshold and says which stops it hides', () => {
    const colouring = { ...defaultColouring('cover'), min: 0.5, max: 0.75 };
    expect([0.49, 0.5, 0.75, 0.76].map((value) => isWithin(value, colouring))).toEqual([false, true, true, false]);
    const drawn = legendStops('cover', colouring, { language: 'en' }).filter((one) => one.isDrawn);
    expect(drawn.map((one) => one.value)).toEqual([0.5, 0.625, 0.75]);
  });

  it('reverses a ramp, and takes the own ramp of the kind for a name from an old link', () => {
    const colouring = defaultColouring('ndvi');
    expect(coloursOf('ndvi', { ...colouring, isReversed: true })).toEqual(RAMPS.ndvi.colours.toReversed());
    expect(coloursOf('ndvi', { ...colouring, ramp: 'jet' })).toEqual(RAMPS.ndvi.colours);
    expect(coloursOf('ndvi', { ...colouring, ramp: 'constructor' })).toEqual(RAMPS.ndvi.colours);
  });

  it.each(['canopy', 'viridis', 'cividis', 'grey'] as const)(
    'ramp %s gains or loses lightness at each of its 8 steps',
    (name) => {
      const steps = RAMP_COLOURS[name].map(lightness);
      const signs = new Set(steps.slice(1).map((one, index) => Math.sign(one - steps[index]!)));
      expect(signs.size).toBe(1);
    },
  );

  it('has one field for each of 9 calendar years in the map’s own colour, and none for other kinds', () => {
    const years = [2005, 2013] as const;
    const stops = yearStops('break-date', defaultColouring('break-date', years), years);
    expect(stops.map(({ label }) => label)).toEqual(Array.from({ length: 9 }, (_, i) => String(2005 + i)));
    expect(stops.map(({ rgb }) => rgb)).toEqual(RAMPS['break-date'].colours);
    expect(yearStops('ndvi', defaultColouring('ndvi'), years)).toEqual([]);
  });

  it('gives a run of one monitored year the first colour, and hides the years that a threshold leaves out', () => {
    const one = yearStops('recovery-date', defaultColouring('recovery-date', [2021, 2021]), [2021, 2021]);
    expect(one.map(({ label, rgb }) => [label, rgb])).toEqual([['2021', RAMPS['recovery-date'].colours[0]]]);
    const colouring = { ...defaultColouring('break-date', [2019, 2021]), min: 2020, max: 2020 };
    const drawn = yearStops('break-date', colouring, [2019, 2021]).map(({ isDrawn }) => isDrawn);
    expect(drawn).toEqual([false, true, false]);
    expect(legendLimits('break-date', colouring, 'fr')).toEqual(['≥ 2020', '≤ 2020']);
  });

  it('names the days of the year by their month, the last as the first', () => {
    const stops = legendStops('season-phase', defaultColouring('season-phase'), { language: 'en', count: 5 });
    expect(stops.map(({ label }) => label)).toEqual(['Jan', 'Apr', 'Jul', 'Oct', 'Jan']);
    expect(stops[0]!.rgb).toEqual(stops[4]!.rgb);
  });
});

/** An sRGB colour as seen without long- or without middle-wave cones (F. Viénot, H. Brettel and J. D. Mollon 1999). */
function seenBy(kind: 'protan' | 'deutan', rgb: Rgb): Rgb {
  const linear = rgb.map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  const [r = 0, g = 0, b = 0] = linear;
  const [red, blue] =
    kind === 'protan'
      ? [0.11238 * r + 0.88762 * g, 0.00401 * r - 0.00401 * g + b]
      : [0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b];
  const encode = (one: number) => {
    const cut = Math.min(1, Math.max(0, one));
    return Math.round(255 * (cut <= 0.0031308 ? 12.92 * cut : 1.055 * cut ** (1 / 2.4) - 0.055));
  };
  return [encode(red), encode(red), encode(blue)];
}

describe('the six classes of a year', () => {
  const colours = Object.values(YEAR_CLASS_COLOURS);
  const closest = (steps: readonly number[]) => {
    const sorted = steps.toSorted((a, b) => a - b);
    return Math.min(...sorted.slice(1).map((one, i) => one - sorted[i]!));
  };

  it('lie at least 11 of 100 apart in lightness: told apart in grey', () => {
    expect(closest(colours.map(lightness))).toBeGreaterThan(11);
  });

  it.each(['protan', 'deutan'] as const)('lie at least 9 apart in lightness with red-green blindness: %s', (kind) => {
    expect(closest(colours.map((rgb) => lightness(seenBy(kind, rgb))))).toBeGreaterThan(9);
  });
});
