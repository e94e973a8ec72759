import { describe, expect, it } from 'vitest';
import type { WorkState } from '../../shared/operations.ts';
import { isUnderWay, WORK_STATES } from '../../shared/operations.ts';
import { translate } from '../../viewer/i18n/translate.ts';
import {
  donePct,
  formatSpan,
  isSilent,
  secondsOf,
  shareOf,
  splitRuns,
  UNIT_PARTS,
} from '../../viewer/operations/figures.ts';
import { finishedDetail, SAMPLE_RUN, sampleDetail } from '../operations-sample.ts';

describe('the figures of the operations page', () => {
  it('give 4 shares that add up to 1, and 0 each where a run has no units', () => {
    const shares = UNIT_PARTS.map((part) => shareOf(SAMPLE_RUN.units, part));
    expect(shares).toEqual([81 / 120, 4 / 120, 33 / 120, 2 / 120]);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
    const none = { total: 0, due: 0, running: 0, done: 0, dead: 0 };
    expect(UNIT_PARTS.map((part) => shareOf(none, part))).toEqual([0, 0, 0, 0]);
  });

  it.each([
    [0, 0, 0],
    [1, 3, 33],
    [999, 1000, 99],
    [99_999, 100_000, 99],
    [1000, 1000, 100],
  ])('say of %i units in %i that %i %% are done: never 100 before all are', (done, total, pct) => {
    expect(donePct({ total, done, due: total - done, running: 0, dead: 0 })).toBe(pct);
  });

  it.each([
    [0, '0 secs', '0 s', '0 Sek.'],
    [59.4, '59 secs', '59 s', '59 Sek.'],
    [137, '2 mins 17 secs', '2 min 17 s', '2 Min. 17 Sek.'],
    [3600, '1 hr', '1 h', '1 Std.'],
    [3905, '1 hr 5 mins', '1 h 5 min', '1 Std. 5 Min.'],
    [90_000, '1 day 1 hr', '1 j 1 h', '1 Tg. 1 Std.'],
    [-5, '0 secs', '0 s', '0 Sek.'],
  ])('write a span of %d s in its two largest units: %s, %s, %s', (seconds, en, fr, de) => {
    const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
    expect([formatSpan('en', seconds), formatSpan('fr', seconds), formatSpan('de', seconds)].map(plain)).toEqual([
      en,
      fr,
      de,
    ]);
  });

  it('take a coordinator for gone after 15 s without a word, while its run says that it goes on', () => {
    expect(isSilent(sampleDetail(), 14_900)).toBe(false);
    expect(isSilent(sampleDetail(), 15_100)).toBe(true);
    expect(isSilent(finishedDetail(), 86_400_000)).toBe(false);
    // The server answers, and says that the coordinator of the run does not.
    expect(isSilent({ ...sampleDetail(), silent: true }, 0)).toBe(true);
  });

  it('count the time of a run up to its end, and up to now where it has none: 450 s and 360 s', () => {
    const nowMs = Date.parse('2026-11-29T09:06:00.000Z');
    expect(secondsOf(finishedDetail(), nowMs)).toBe(450);
    expect(secondsOf(sampleDetail(), nowMs)).toBe(360);
  });

  it('show the newest run and the 2 under way in full, and 2 others as earlier ones', () => {
    const states: WorkState[] = ['finished', 'running', 'failed', 'held', 'cancelled'];
    const runs = states.map((state) => sampleDetail({ state, id: state }));
    const { now, earlier } = splitRuns(runs);
    expect(now.map(({ run }) => run.id)).toEqual(['finished', 'running', 'held']);
    expect(earlier.map(({ run }) => run.id)).toEqual(['failed', 'cancelled']);
    expect(splitRuns([])).toEqual({ now: [], earlier: [] });
  });
});

describe('the words of the operations page', () => {
  it('name each of the 6 states of a run differently, in 3 languages', () => {
    for (const language of ['en', 'fr', 'de'] as const) {
      const words = WORK_STATES.map((state) => translate(language, `ops.state.${state}`));
      expect(new Set(words).size).toBe(6);
    }
    expect(WORK_STATES.filter(isUnderWay)).toEqual(['running', 'held', 'merging']);
  });

  it('speak of 1 unit and of 2 units as each language does', () => {
    const held = (language: 'en' | 'fr' | 'de', count: number) => translate(language, 'ops.held', { count });
    expect(held('en', 1)).toMatch(/^1 unit was given up.*go on without it:/);
    expect(held('en', 2)).toMatch(/^2 units were given up.*go on without them:/);
    expect(held('fr', 1)).toMatch(/^1 unité a été abandonnée.*sans elle\u00a0:/);
    expect(held('de', 2)).toMatch(/^2 Einheiten wurden aufgegeben/);
    expect(translate('fr', 'ops.progress', { done: 1, total: 120 })).toBe('1 unité terminée sur 120');
    expect(translate('fr', 'ops.letters.starts', { count: 1 })).toBe('1 tentative');
    expect(translate('fr', 'ops.letters.starts', { count: 3 })).toBe('3 tentatives');
  });
});
