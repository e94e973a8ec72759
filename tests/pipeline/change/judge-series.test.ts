import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChangeEvent,
  type ChangeSettings,
  createSeriesJudge,
  DEFAULT_CHANGE_SETTINGS,
  type SeriesVerdict,
  SLOT_STATE,
} from '../../../pipeline/change/judge-series.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';
import { axisEvery, seasonOf, shift, slotAt } from './made-series.ts';

const SIGMA = 0.02;
/** Ten days apart, three years of history, two monitored: 109 and 73 slots. */
const axis = axisEvery(10, 5, 2021);
const calm = seasonOf(axis, SIGMA);
const at = (yr: number) => slotAt(axis, yr);

function judge(ndvi: Float64Array, nbr: Float64Array | null = null, settings: Partial<ChangeSettings> = {}) {
  return createSeriesJudge(axis, { ...DEFAULT_CHANGE_SETTINGS, ...settings }).judge(ndvi, nbr);
}

const eventsOf = (verdict: SeriesVerdict): ChangeEvent[] => verdict.events.slice(0, verdict.eventCount);
const kindsOf = (verdict: SeriesVerdict) => eventsOf(verdict).map(({ kind }) => kind);

/** NBR that moves with NDVI, and a scar: −0.3 from `from` to before `back`. */
function burnIndex(ndvi: Float64Array, ...scars: [from: number, back: number][]): Float64Array {
  let nbr: Float64Array = ndvi.map((value) => value - 0.15);
  for (const [from, back] of scars) nbr = shift(nbr, -0.3, from, back);
  return nbr;
}

describe('a series judged', () => {
  it('finds nothing in three years of history and two more of the same season', () => {
    const verdict = judge(calm);
    expect(verdict.outcome).toBe('judged');
    expect(kindsOf(verdict)).toEqual([]);
    expect(verdict.passingCount).toBe(0);
    expect(verdict.historyCount + verdict.monitoredCount + verdict.outlierCount).toBe(axis.timesYr.length);
    expect(verdict.sigma).toBeGreaterThan(0.7 * SIGMA);
    expect(verdict.sigma).toBeLessThan(1.3 * SIGMA);
  });

  const steps: [string, number, number, 'loss' | 'gain'][] = [
    ['a clearing of −0.2 in the dry season', 2021.1, -0.2, 'loss'],
    ['a clearing of −0.2 in the wet season', 2021.65, -0.2, 'loss'],
    ['a clearing of −0.15 in the second year', 2022.3, -0.15, 'loss'],
    ['a gain of +0.2 at once', 2021.4, 0.2, 'gain'],
  ];
  it.each(steps)('dates %s to the two observations between which it lies', (_, yr, by, kind) => {
    const verdict = judge(shift(calm, by, at(yr)));
    expect(kindsOf(verdict)).toEqual([kind]);
    const event = eventsOf(verdict)[0]!;
    expect([event.fromSlot, event.toSlot]).toEqual([at(yr) - 1, at(yr)]);
    expect(event.detectedSlot).toBeGreaterThanOrEqual(event.toSlot);
    expect(event.detectedSlot - event.toSlot).toBeLessThanOrEqual(12);
    expect(event.recoveredSlot).toBe(-1);
    expect(Math.abs(event.magnitude - by)).toBeLessThan(4 * event.magnitudeSe + 0.01);
  });

  it('finds a clearing of −0.4 four observations before the end, and not one of which two are seen', () => {
    const end = axis.timesYr.length;
    expect(kindsOf(judge(shift(calm, -0.4, end - 4)))).toEqual(['loss']);
    expect(kindsOf(judge(shift(calm, -0.4, end - 2)))).toEqual([]);
  });

  it('finds planted growth of 0.12 a year as a gain, dated within its first two years', () => {
    const grown = calm.map((value, slot) => value + 0.12 * Math.max(0, axis.timesYr[slot]! - 2021));
    const verdict = judge(grown);
    expect(kindsOf(verdict)).toEqual(['gain']);
    expect(axis.timesYr[eventsOf(verdict)[0]!.toSlot]!).toBeGreaterThan(2021.3);
  });

  it('tells loss, regrowth after 16 months, and keeps to the same history', () => {
    const verdict = judge(shift(calm, -0.25, at(2021.1), at(2022.45)));
    expect(kindsOf(verdict)).toEqual(['loss', 'regrowth']);
    const [loss, regrowth] = eventsOf(verdict);
    expect([loss!.fromSlot, loss!.toSlot, loss!.recoveredSlot]).toEqual([at(2021.1) - 1, at(2021.1), at(2022.45)]);
    expect([regrowth!.fromSlot, regrowth!.toSlot]).toEqual([at(2022.45) - 1, at(2022.45)]);
    expect(Math.abs(regrowth!.magnitude)).toBeLessThan(0.02);
  });

  it('finds two losses with a regrowth of more than a year between them', () => {
    const long = axisEvery(10, 9, 2021);
    const values = seasonOf(long, 0.01);
    const [first, back, second] = [2021.2, 2022.5, 2025.1].map((yr) => slotAt(long, yr)) as [number, number, number];
    const twice = shift(shift(values, -0.25, first, back), -0.25, second);
    const verdict = createSeriesJudge(long, DEFAULT_CHANGE_SETTINGS).judge(twice, null);
    expect(kindsOf(verdict)).toEqual(['loss', 'regrowth', 'loss']);
    expect(eventsOf(verdict).map(({ toSlot }) => toSlot)).toEqual([first, back, second]);
  });

  it('takes a return for no return when the loss comes back with the next dry season', () => {
    const cleared = shift(shift(calm, -0.25, at(2021.1)), 0.25, at(2021.5), at(2021.8));
    const verdict = judge(cleared);
    expect(kindsOf(verdict)).toEqual(['loss']);
    expect(eventsOf(verdict)[0]!.recoveredSlot).toBe(-1);
  });

  it('tells a fall that is made good within a year and that nothing calls a fire as passing, never as burnt or lost', () => {
    const verdict = judge(shift(calm, -0.25, at(2021.1), at(2021.5)));
    expect(kindsOf(verdict)).toEqual([]);
    expect(verdict.passingCount).toBe(1);
    expect([verdict.passingFromSlot, verdict.passingToSlot]).toEqual([at(2021.1) - 1, at(2021.1)]);
    expect(verdict.passingBackSlot).toBe(at(2021.5));
    expect(verdict.passingMagnitude).toBeCloseTo(-0.25, 1);
    const withIndex = shift(calm, -0.25, at(2021.1), at(2021.5));
    expect(kindsOf(judge(withIndex, burnIndex(calm)))).toEqual([]);
  });
});

describe('a change that follows another at once', () => {
  const long = axisEvery(10, 10, 2021);
  const [first, second] = [slotAt(long, 2023), slotAt(long, 2026)];
  const ramp = (slot: number) => (slot < second ? 0.06 * Math.max(0, long.timesYr[slot]! - 2021) : -0.2);
  const shapes: [string, (slot: number) => number, string[]][] = [
    ['a stand that grows by 0.06 a year and is cut', ramp, ['gain', 'loss']],
    ['+0.15, then −0.15', (slot) => (slot < first ? 0 : slot < second ? 0.15 : -0.15), ['gain', 'loss']],
    ['−0.2, then +0.2', (slot) => (slot < first ? 0 : slot < second ? -0.2 : 0.2), ['loss', 'regrowth', 'gain']],
    ['+0.2, then −0.2 after half a year in season', (slot) => afterPause(slot, 0.2), ['gain', 'loss']],
  ];
  const afterPause = (slot: number, by: number) =>
    slot < first ? 0 : long.timesYr[slot]! < 2025.5 ? by : slot < second ? 0 : -by;
  it.each(shapes)(
    '%s: found and dated to within one observation in at least 194 of 200 noisy series',
    (_, shape, kinds) => {
      let right = 0;
      for (let seed = 1; seed <= 200; seed++) {
        // Of five observations two are missing.
        const values = seasonOf(long, 0.03, seed).map((v, slot) =>
          (slot * 7 + seed * 3) % 5 < 2 ? Number.NaN : v + shape(slot),
        );
        const verdict = createSeriesJudge(long, DEFAULT_CHANGE_SETTINGS).judge(values, null);
        const events = eventsOf(verdict);
        const isDated = events.at(-1)?.toSlot !== undefined && Math.abs(events.at(-1)!.toSlot - second) <= 2;
        if (events.map(({ kind }) => kind).join() === kinds.join() && isDated) right++;
      }
      expect(right).toBeGreaterThanOrEqual(194);
    },
  );
});

describe('fires in a judged series', () => {
  const [fire, back] = [at(2021.05), at(2021.4)];
  const burnt = shift(calm, -0.15, fire, back);

  it('are burnt and recovered, their observations taken out and counted, and no loss', () => {
    const verdict = judge(burnt, burnIndex(calm, [fire, back]));
    expect(kindsOf(verdict)).toEqual(['burnt']);
    const [event] = eventsOf(verdict);
    expect([event!.fromSlot, event!.toSlot, event!.recoveredSlot]).toEqual([fire - 1, fire, back]);
    expect(event!.magnitude).toBeCloseTo(-0.15, 1);
    expect(verdict.burntCount).toBe(back - fire);
    for (let slot = fire; slot < back; slot++) expect(verdict.states[slot]).toBe(SLOT_STATE.burnt);
  });

  it('of the history are taken out too, so that the season is not bent by them', () => {
    const scars = [2018.85, 2019.9].map((yr) => [at(yr), at(yr + 0.3)] as [number, number]);
    let history: Float64Array = calm;
    for (const [from, to] of scars) history = shift(history, -0.15, from, to);
    const clean = judge(history, burnIndex(calm, ...scars));
    expect(clean.burntCount).toBe(scars.reduce((sum, [from, to]) => sum + to - from, 0));
    expect(kindsOf(clean)).toEqual([]);
    expect(judge(history, null).sigma).toBeGreaterThan(1.4 * clean.sigma);
  });

  it('on a parcel that is then cleared are a loss from the day of the fire on', () => {
    const cleared = shift(calm, -0.25, fire);
    // The scar of the burn ratio goes with the rains; the trees do not come back.
    const verdict = judge(cleared, burnIndex(cleared, [fire, back]));
    expect(kindsOf(verdict)).toEqual(['loss']);
    expect(eventsOf(verdict)[0]!.toSlot).toBe(fire);
    expect(verdict.burntCount).toBe(0);
  });

  it('that went before a clearing stay fires, and the clearing is dated to its own day', () => {
    const later = at(2022.1);
    const verdict = judge(shift(burnt, -0.25, later), burnIndex(shift(calm, -0.25, later), [fire, back]));
    expect(kindsOf(verdict)).toEqual(['burnt', 'loss']);
    expect(eventsOf(verdict)[1]!.toSlot).toBe(later);
  });

  it('whose dark scar the mask hid are seen by the burn ratio of the masked dates', () => {
    const masked = burnt.map((value, slot) => (slot >= fire && slot < back ? Number.NaN : value));
    const verdict = judge(masked, burnIndex(calm, [fire, back]));
    expect(kindsOf(verdict)).toEqual(['burnt']);
    expect(verdict.burntCount).toBe(0);
  });

  it('are not looked for where they are not asked for', () => {
    const verdict = judge(burnt, burnIndex(calm, [fire, back]), { removeBurns: false });
    expect(verdict.burntCount).toBe(0);
    expect(kindsOf(verdict)).toEqual([]);
    expect(verdict.passingCount).toBe(1);
  });
});

describe('what is no fire', () => {
  const dense = axisEvery(5, 6, 2021);
  const short = (share: number, widthYr: number) => Math.exp(-(((share - 0.66) / widthYr) ** 2));
  const shapes: [string, (share: number) => number, (share: number) => number][] = [
    ['a season of one wave', (s) => 0.45 + 0.15 * wave(s), (s) => 0.2 + 0.15 * wave(s)],
    ['woodland with short rains', (s) => 0.5 + 0.15 * short(s, 0.14), (s) => 0.35 + 0.15 * short(s, 0.14)],
    ['grass that dries out in a month', (s) => 0.22 + 0.4 * short(s, 0.12), (s) => 0.5 * short(s, 0.12) - 0.05],
  ];
  const wave = (share: number) => Math.sin(2 * Math.PI * share);
  it.each(shapes)('%s with noise of 0.03 in NBR is called burnt in at most 2 of 200 series', (_, ndvi, nbr) => {
    let called = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = mulberry32(seed);
      const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const seen = dense.timesYr.map(() => (random() < 0.7 ? 0 : Number.NaN));
      const of = (shape: (share: number) => number, sigma: number) =>
        dense.timesYr.map((t, slot) => shape(t % 1) + sigma * gauss() + seen[slot]!);
      const verdict = createSeriesJudge(dense, DEFAULT_CHANGE_SETTINGS).judge(of(ndvi, 0.025), of(nbr, 0.03));
      if (kindsOf(verdict).includes('burnt')) called++;
    }
    expect(called).toBeLessThanOrEqual(2);
  });

  it('woodland burnt to a field in February is never burnt and recovered, wherever in the rains the series ends', () => {
    for (const endYr of [2022.45, 2022.55, 2022.65, 2022.7, 2022.75, 2022.8, 2022.9, 2023]) {
      const days = axisEvery(5, 5, 2021);
      const count = days.timesYr.filter((t) => t < endYr).length;
      const cut = { ...days, timesYr: days.timesYr.slice(0, count), positions: days.positions.slice(0, count) };
      const isField = (t: number) => t >= 2022.11;
      const [noise, nbrNoise] = [seasonOf(cut, 0.025, 3), seasonOf(cut, 0.03, 4)];
      const clean = seasonOf(cut, 0);
      const ndvi = cut.timesYr.map((t, i) => shapes[isField(t) ? 2 : 1]![1](t % 1) + noise[i]! - clean[i]!);
      const char = (t: number) => (isField(t) ? 0.15 * Math.exp(-(t - 2022.11) / 0.13) : 0);
      const nbr = cut.timesYr.map((t, i) => shapes[isField(t) ? 2 : 1]![2](t % 1) - char(t) + nbrNoise[i]! - clean[i]!);
      expect(kindsOf(createSeriesJudge(cut, DEFAULT_CHANGE_SETTINGS).judge(ndvi, nbr))).not.toContain('burnt');
    }
  });

  it('a fall of NBR whose recovery is seen for less than 90 days stays in the series', () => {
    const end = axis.timesYr.length;
    const [from, back] = [end - 20, end - 8];
    const verdict = judge(shift(calm, -0.15, from, back), burnIndex(calm, [from, back]));
    expect(kindsOf(verdict)).not.toContain('burnt');
    expect(verdict.burntCount).toBe(0);
  });
});

describe('bad input to a judge', () => {
  const missing = (values: Float64Array, fromYr: number, toYr: number) =>
    values.map((value, slot) => (axis.timesYr[slot]! >= fromYr && axis.timesYr[slot]! < toYr ? Number.NaN : value));
  const cases: [string, Float64Array, string][] = [
    ['nothing but missing values', calm.map(() => Number.NaN), 'too_few_observations'],
    ['nothing but infinite values', calm.map(() => Number.POSITIVE_INFINITY), 'too_few_observations'],
    ['3 observations of history for 3 parameters', missing(calm, 2018.07, 2020.92), 'too_few_observations'],
    ['no history', missing(calm, 2018, 2021), 'too_few_observations'],
    ['no monitored observation', missing(calm, 2021, 2023), 'no_monitoring'],
    ['a constant history', calm.map((_, slot) => (slot < axis.startSlot ? 0.4 : 0.1)), 'constant'],
    ['a gap from the end of the history on', missing(calm, 2020.5, 2021.9), 'gap'],
    ['2 monitored observations, both fallen', missing(shift(calm, -0.3, at(2021)), 2021.05, 2023), 'too_few_monitored'],
    ['a history of 8 months', missing(calm, 2018, 2020.32), 'short_history'],
    ['a history that begins 7 months before the end, behind a gap', missing(calm, 2018.9, 2020.4), 'short_history'],
  ];
  it.each(cases)('%s has the outcome of its own and no event', (_, values, outcome) => {
    const verdict = judge(values);
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.eventCount).toBe(0);
  });

  it('cuts the history to what follows its last gap of more than a year', () => {
    const verdict = judge(missing(shift(calm, 0.3, 0, at(2018.5)), 2018.5, 2019.7));
    expect(verdict.outcome).toBe('judged');
    expect(verdict.historyStartSlot).toBe(at(2019.7));
    expect(verdict.states[0]).toBe(SLOT_STATE.none);
    expect(verdict.eventCount).toBe(0);
  });

  it('does not judge what lies behind a gap of more than a year in the monitored period', () => {
    const long = axisEvery(10, 7, 2021);
    const hole = seasonOf(long, SIGMA).map((value, slot) =>
      long.timesYr[slot]! > 2022 && long.timesYr[slot]! < 2023.3 ? Number.NaN : value,
    );
    const verdict = createSeriesJudge(long, DEFAULT_CHANGE_SETTINGS).judge(
      shift(hole, -0.3, slotAt(long, 2023.3)),
      null,
    );
    expect(verdict.outcome).toBe('judged');
    expect(verdict.eventCount).toBe(0);
    expect(verdict.states[slotAt(long, 2023.5)]).toBe(SLOT_STATE.none);
    const next = slotAt(long, 2023.3);
    expect(verdict.judgedToSlot).toBe(slotAt(long, 2022));
    expect(verdict.gapDays).toBe(Math.round(365 * (long.timesYr[next]! - long.timesYr[verdict.judgedToSlot]!)));
    const whole = createSeriesJudge(long, DEFAULT_CHANGE_SETTINGS).judge(seasonOf(long, SIGMA), null);
    expect([whole.judgedToSlot, whole.gapDays]).toEqual([long.timesYr.length - 1, 0]);
  });

  it('bridges that gap where any gap is allowed, and finds the loss behind it', () => {
    const long = axisEvery(10, 7, 2021);
    const hole = shift(seasonOf(long, SIGMA), -0.3, slotAt(long, 2023.3)).map((value, slot) =>
      long.timesYr[slot]! > 2022 && long.timesYr[slot]! < 2023.3 ? Number.NaN : value,
    );
    const verdict = createSeriesJudge(long, DEFAULT_CHANGE_SETTINGS, Number.POSITIVE_INFINITY).judge(hole, null);
    expect(kindsOf(verdict)).toEqual(['loss']);
    expect(eventsOf(verdict)[0]!.fromSlot).toBe(slotAt(long, 2022));
    expect(eventsOf(verdict)[0]!.toSlot).toBe(
      hole.findIndex((v, slot) => long.timesYr[slot]! > 2022 && !Number.isNaN(v)),
    );
    expect(verdict.gapDays).toBe(0);
  });

  it('drops a single spike, low or high, wherever it stands but at the end, and calls no spike a change', () => {
    for (const by of [-0.4, 0.4]) {
      for (const slot of [5, 60, axis.startSlot, axis.startSlot + 30, axis.timesYr.length - 2]) {
        const verdict = judge(shift(calm, by, slot, slot + 1));
        expect(verdict.states[slot]).toBe(SLOT_STATE.outlier);
        expect(verdict.eventCount).toBe(0);
      }
      const last = axis.timesYr.length - 1;
      const verdict = judge(shift(calm, by, last));
      expect(verdict.states[last]).toBe(SLOT_STATE.used);
      expect(verdict.eventCount).toBe(0);
    }
  });
});

describe('properties of the judge', () => {
  it('never changes what it is given, and says the same of the same series after any other', () => {
    const first = createSeriesJudge(axis, DEFAULT_CHANGE_SETTINGS);
    const lossy = shift(calm, -0.3, at(2021.3));
    const alone = structuredClone({ ...judge(lossy) });
    first.judge(burnLike(), burnIndex(calm, [at(2021.05), at(2021.4)]));
    first.judge(
      calm.map(() => Number.NaN),
      null,
    );
    const copy = Float64Array.from(lossy);
    expect(structuredClone({ ...first.judge(lossy, null) }).events.slice(0, 1)).toEqual(alone.events.slice(0, 1));
    expect(lossy).toEqual(copy);
  });

  it('dates a step of −0.3 without noise beyond 0.01 exactly, wherever 12 observations are left', () => {
    const quiet = seasonOf(axis, 0.01, 7);
    const lastSlot = axis.timesYr.length - 12;
    fc.assert(
      fc.property(fc.integer({ min: axis.startSlot + 1, max: lastSlot }), (slot) => {
        const verdict = judge(shift(quiet, -0.3, slot));
        const losses = eventsOf(verdict).filter(({ kind }) => kind === 'loss');
        return losses.length === 1 && losses[0]!.toSlot === slot && losses[0]!.fromSlot === slot - 1;
      }),
    );
  });

  it('counts every slot once: used + outlier + burnt = observations, with any missing values', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1, Number.NaN), { minLength: 182, maxLength: 182 }), (holes) => {
        const values = calm.map((value, slot) => value + 0 * (holes[slot] ?? 0));
        const verdict = judge(values, burnIndex(values));
        let used = 0;
        for (const state of verdict.states) if (state === SLOT_STATE.used) used++;
        const counted = verdict.outcome === 'judged' ? verdict.historyCount + verdict.monitoredCount : used;
        return used === counted && verdict.eventCount === 0;
      }),
      { numRuns: 50 },
    );
  });

  function burnLike(): Float64Array {
    return shift(calm, -0.15, at(2021.05), at(2021.4));
  }
});
