import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planScenes, type ScenePlan } from '../../../scripts/demo/calendar.ts';
import { isClear, SCL } from '../../../scripts/demo/classification.ts';
import { coverageMean } from '../../../scripts/demo/coverage.ts';
import { makeLandscape } from '../../../scripts/demo/landscape.ts';
import { makeScene, toDn } from '../../../scripts/demo/scenes.ts';
import { ndviOf } from '../../../scripts/demo/spectra.ts';
import { renderSurface } from '../../../scripts/demo/surface.ts';
import { smallSettings } from './small.ts';

const settings = smallSettings(11);
const { frame, landscape } = makeLandscape(settings);
const plan = planScenes(settings);
const dry = plan.find((scene) => scene.dnOffset === 1000 && scene.datetime.slice(5, 7) === '01') ?? plan[0]!;

function hashOf(scene: ScenePlan, seed: number): string {
  const own = smallSettings(seed);
  const { dn, scl } = makeScene(scene, makeLandscape(own).landscape);
  const hash = createHash('sha256');
  for (const band of Object.values(dn)) hash.update(new Uint8Array(band.buffer));
  return hash.update(scl).digest('hex');
}

describe('pixels of a demo scene', () => {
  it('are the same bytes for seed 11 twice, and others for seed 12', () => {
    const first = hashOf(dry, 11);
    expect(hashOf(dry, 11)).toBe(first);
    expect(hashOf(dry, 12)).not.toBe(first);
  });

  it.each([
    [0.0452, 0, 452],
    [0.0452, 1000, 1452],
    [0.3, 1000, 4000],
    [-0.02, 0, 1],
    [-0.02, 1000, 800],
  ])('store reflectance %f with offset %i as DN %i', (reflectance, offset, dn) => {
    expect(toDn(reflectance, offset)).toBe(dn);
  });

  it('differ by 1000 DN between the two ways of delivering baseline 04.00 and later', () => {
    const raw = makeScene({ ...dry, dnOffset: 1000 }, landscape).dn.nir;
    const corrected = makeScene({ ...dry, dnOffset: 0 }, landscape).dn.nir;
    expect(raw.every((value, i) => (value === 0 ? corrected[i] === 0 : value - corrected[i]! === 1000))).toBe(true);
  });

  it('keep the 1st percentile of red under DN 1000 where no offset lies in them, dusty days included', () => {
    for (const scene of plan.filter((s) => s.dnOffset === 0 && s.weather.dust > 0.15).slice(0, 3)) {
      const red = makeScene(scene, landscape)
        .dn.red.filter((value) => value > 0)
        .sort();
      expect(red[Math.floor(red.length / 100)]).toBeLessThan(1000);
    }
  });

  it('have DN 0 in every band where the SCL says nodata, and nowhere else', () => {
    const cut = { ...dry, weather: { ...dry.weather, cutCorner: true } };
    const { dn, scl } = makeScene(cut, landscape);
    const n = settings.sizePx / 2;
    expect(scl.includes(SCL.nodata)).toBe(true);
    for (let i = 0; i < scl.length; i++) {
      const at10 = Math.floor(i / n) * 2 * settings.sizePx + (i % n) * 2;
      expect(dn.red[at10] === 0).toBe(scl[i] === SCL.nodata);
      expect(dn.swir16[i] === 0).toBe(scl[i] === SCL.nodata);
    }
  });
});

describe('scene classification and truth', () => {
  const parcelNdvi = (scene: ScenePlan, p: number) => {
    const { dn } = makeScene(scene, landscape);
    const value = (v: number) => (v - scene.dnOffset) / 10_000;
    const { coverage } = landscape.stories[p]!.parcel;
    return coverageMean(coverage, (i) => ndviOf(value(dn.red[i]!), value(dn.nir[i]!)));
  };

  it('marks cloud as 8, 9 or 10 and shadow as 3 wherever the classification sees them', () => {
    const cloudy = plan.find((scene) => scene.weather.cloudShare > 0.3)!;
    const { scl, sky } = makeScene(cloudy, landscape);
    const n = settings.sizePx / 2;
    for (let i = 0; i < scl.length; i++) {
      const at10 = Math.floor(i / n) * 2 * settings.sizePx + (i % n) * 2;
      if (sky.cloudSeen[at10]! > 0.001) expect([8, 9, 10]).toContain(scl[i]);
      else if (sky.shadowSeen[at10]! > 0.001) expect(isClear(scl[i]!)).toBe(false);
    }
  });

  it('finds observed NDVI within 0.01 of the truth on truly clear parcels, and 0.000 off on the mean', () => {
    let sum = 0;
    let count = 0;
    for (const scene of plan.filter((s) => ['01', '12', '11'].includes(s.datetime.slice(5, 7))).slice(0, 12)) {
      makeScene(scene, landscape).truth.forEach((row, p) => {
        if (!row.trulyClear) return;
        const difference = parcelNdvi(scene, p) - row.ndvi;
        expect(Math.abs(difference)).toBeLessThan(0.01);
        sum += difference;
        count++;
      });
    }
    expect(count).toBeGreaterThan(20);
    expect(Math.abs(sum / count)).toBeLessThan(0.001);
  });

  it('calls no parcel truly clear on a day of dust of 0.2, though the SCL calls it clear', () => {
    const dusty = { ...dry, weather: { ...dry.weather, dust: 0.2, cloudShare: 0, cutCorner: false } };
    const { truth } = makeScene(dusty, landscape);
    expect(truth.some((row) => row.sclClearShare === 1)).toBe(true);
    expect(truth.filter((row) => row.trulyClear)).toEqual([]);
  });

  it('leaves the always cloudy parcel fewer than 3 clear scenes in each period', () => {
    const p = landscape.stories.findIndex((story) => story.parcel.kind === 'cloudy');
    const inSeason = plan.filter((s) => ['12', '01', '02'].includes(s.datetime.slice(5, 7)) && !s.superseded);
    const clear = inSeason.filter((scene) => makeScene(scene, landscape).truth[p]!.sclClearShare >= 0.7);
    const split = settings.monitored.start;
    expect(clear.filter((s) => s.datetime < split).length).toBeLessThan(3);
    expect(clear.filter((s) => s.datetime >= split).length).toBeLessThan(3);
  });

  it('truth of a clearing: tree cover falls to 0.05 within 0.04 the day it is cut', () => {
    const story = landscape.stories.find((s) => s.parcel.kind === 'cleared')!;
    const coverOn = (day: number) => {
      const { tree } = renderSurface(day, landscape);
      return coverageMean(story.parcel.coverage, (i) => tree[i]!);
    };
    expect(coverOn(story.eventDay! - 1)).toBeGreaterThan(coverOn(story.eventDay!) * 2);
    expect(Math.abs(coverOn(story.eventDay!) - 0.05)).toBeLessThan(0.04);
  });

  it('puts the frame on a corner that is a multiple of 20 m', () => {
    const [a, , x, , , y] = frame.grid10.transform;
    expect([a, x % 20, y % 20]).toEqual([10, 0, 0]);
    expect(frame.grid20.widthPx * 2).toBe(frame.grid10.widthPx);
  });
});

describe('the calendar', () => {
  const years = ['2018-11', '2019-11', '2020-11', '2021-11', '2022-11', '2023-11', '2024-11'];

  it.each([1, 2, 20241])(
    'has at least 8 acquisitions a year and 6 in each December to February with seed %i',
    (seed) => {
      const scenes = planScenes({ ...settings, seed }).filter((scene) => !scene.superseded);
      for (let k = 0; k < 6; k++) {
        const inYear = scenes.filter((s) => s.datetime >= years[k]! && s.datetime < years[k + 1]!);
        expect(inYear.length).toBeGreaterThanOrEqual(8);
        expect(inYear.filter((s) => ['12', '01', '02'].includes(s.datetime.slice(5, 7))).length).toBe(6);
      }
    },
  );

  it('has baselines on both sides of 04.00, both ways of the offset, and 2 superseded duplicates of 05.00 scenes', () => {
    expect(plan.some((s) => s.baseline < '04.00')).toBe(true);
    expect(plan.some((s) => s.baseline >= '04.00' && s.boaOffsetApplied && s.dnOffset === 0)).toBe(true);
    expect(plan.some((s) => s.baseline >= '04.00' && !s.boaOffsetApplied && s.dnOffset === 1000)).toBe(true);
    expect(plan.every((s) => s.baseline >= '04.00' || (s.dnOffset === 0 && !s.boaOffsetApplied))).toBe(true);
    expect(plan.filter((s) => s.superseded).length).toBe(2);
    expect(plan.filter((s) => s.baseline === '05.00' && s.datetime < '2022').length).toBe(3);
  });
});
