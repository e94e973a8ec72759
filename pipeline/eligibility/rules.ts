import {
  ELIGIBILITY_RULES,
  type Eligibility,
  type EligibilityRule,
  type EligibilityRuleName,
  type Light,
} from '../../shared/eligibility.ts';
import { INTERVENTIONS, type Intervention } from '../../shared/parcel-check.ts';
import type { Amount, LayerFacts, ParcelFigures } from './figures.ts';
import { type Stance, type StanceRule, stanceOf } from './interventions.ts';
import { ELIGIBILITY_SETTINGS, type EligibilitySettings } from './settings.ts';
import { sayRule } from './words.ts';
import { isOlderThan, yearsBetween } from './years.ts';

/** What is planned on the parcel, and what a reviewer has written about it. */
export interface Plan {
  /** null: not said. */
  readonly intervention: Intervention | null;
  /** A reviewer's note; null or blank: none. */
  readonly note: string | null;
  /** UTC day on which the work begins; null: not said. */
  readonly startDate: string | null;
}

/**
 * Judges a parcel from what was measured on it. Rules about clearing, tree cover, water and savanna are always answered:
 * without their layer they need more information. Slope, built-up land, cropland and protected areas are left out where
 * no layer of them was given.
 */
export function judgeParcel(
  figures: ParcelFigures,
  plan: Plan,
  settings: EligibilitySettings = ELIGIBILITY_SETTINGS,
): Eligibility {
  const subject = { figures, plan, settings };
  const rules = [
    judgeClearing(subject),
    judgeCover(subject),
    ...judgeLandCover(subject),
    ...judgeGiven(subject, 'slope', figures.steep),
    ...judgeGiven(subject, 'protected-area', figures.protectedArea),
  ].sort((a, b) => ELIGIBILITY_RULES.indexOf(a.rule) - ELIGIBILITY_RULES.indexOf(b.rule));
  return { light: worstOf(rules.map(({ light }) => light)), parcelHa: figures.parcelHa, rules };
}

function worstOf(lights: readonly Light[]): Light {
  if (lights.includes('fail')) return 'fail';
  return lights.includes('more-information') ? 'more-information' : 'pass';
}

interface Subject {
  readonly figures: ParcelFigures;
  readonly plan: Plan;
  readonly settings: EligibilitySettings;
}

type Evidence = EligibilityRule['evidence'][number];

function evidenceOf({ layer, date, attribution }: LayerFacts, { ha, unknownHa }: Amount): Evidence {
  return { layer, date, ha, unknownHa, attribution };
}

/** Ground that a layer does not say a thing about is not part of this. */
function unseen({ layer, date, attribution }: LayerFacts, parcelHa: number): Evidence {
  return { layer, date, ha: null, unknownHa: parcelHa, attribution };
}

/** Whether more than `pct` percent of the parcel are of a kind: null where the unknown ground decides it. */
function exceeds({ ha, unknownHa }: Amount, pct: number, parcelHa: number): boolean | null {
  const limitHa = (pct / 100) * parcelHa;
  if (ha > limitHa) return true;
  return ha + unknownHa > limitHa ? null : false;
}

function judgeClearing({ figures, plan, settings }: Subject): EligibilityRule {
  const { cleared, coverBefore, wooded, parcelHa } = figures;
  const say = sayRule('no-clearing', { parcelHa, years: settings.clearedYears, limitPct: settings.tolerancePct });
  if (cleared === null) {
    const seen = [coverBefore, wooded].filter((layer) => layer !== null).map((layer) => unseen(layer, parcelHa));
    return say('more-information', coverBefore === null ? 'no-layer-before' : 'no-layer-now', seen);
  }
  const { before, now } = cleared;
  const evidence = [evidenceOf(before, cleared), evidenceOf(now, cleared)];
  const dates = { before: before.date ?? '', now: now.date ?? '' };
  const start = plan.startDate === null ? {} : { start: plan.startDate, oldestYears: settings.oldestNowYears };
  const amounts = { ha: cleared.ha, unknownHa: cleared.unknownHa, ...dates, ...start };
  const years = yearsBetween(before.date, now.date);
  if (years === null) return say('more-information', 'no-date', evidence, amounts);
  if (years < settings.clearedYears) return say('more-information', 'too-young', evidence, amounts);
  const answer = exceeds(cleared, settings.tolerancePct, parcelHa);
  if (answer === null) return say('more-information', 'unknown', evidence, amounts);
  if (!answer && isStale(now, plan, settings)) return say('more-information', 'stale', evidence, amounts);
  if (!answer) return say('pass', 'pass', evidence, amounts);
  if (years > settings.oldestBeforeYears) return say('more-information', 'too-old', evidence, amounts);
  return say('fail', 'fail', evidence, amounts);
}

function judgeCover(subject: Subject): EligibilityRule {
  const { figures, settings } = subject;
  const { wooded, parcelHa } = figures;
  if (wooded === null)
    return sayRule('tree-cover-now', { parcelHa, woodedPct: settings.woodedPct })('more-information', 'no-layer', []);
  const judged = judgeByStance(subject, 'tree-cover-now', wooded);
  const rests = judged.light === 'pass' && judged.values.case !== 'allowed';
  if (!rests || !isStale(wooded, subject.plan, settings)) return judged;
  const values = { parcelHa, ha: wooded.ha, unknownHa: wooded.unknownHa };
  const start = { now: wooded.date ?? '', start: subject.plan.startDate ?? '', oldestYears: settings.oldestNowYears };
  return sayRule('tree-cover-now', { ...values, ...start })('more-information', 'stale', judged.evidence);
}

/** Whether what happened since the layer may have changed the answer. What fails by it fails all the same. */
function isStale({ date }: LayerFacts, { startDate }: Plan, { oldestNowYears }: EligibilitySettings): boolean {
  return isOlderThan(date, startDate, oldestNowYears);
}

function judgeLandCover(subject: Subject): EligibilityRule[] {
  const { landCover, parcelHa } = subject.figures;
  const { tolerancePct } = subject.settings;
  if (landCover === null)
    return (['water', 'savanna'] as const).map((rule) =>
      sayRule(rule, { parcelHa })('more-information', 'no-layer', []),
    );
  const { unknownHa, groupHa } = landCover;
  const of = (ha: number) => ({ ...landCover, ha, unknownHa });
  const barred = (['water', 'built-up'] as const).map((rule) =>
    judgeLimit(subject, rule, of(groupHa[rule]), { limitPct: tolerancePct }),
  );
  return [
    ...barred,
    judgeByStance(subject, 'cropland', of(groupHa.cropland)),
    judgeByStance(subject, 'savanna', of(groupHa.savanna)),
  ];
}

function judgeGiven(subject: Subject, rule: StanceRule, amount: (Amount & LayerFacts) | null): EligibilityRule[] {
  return amount === null ? [] : [judgeByStance(subject, rule, amount)];
}

/** Where what is planned is not said, the light that all six interventions would get, else more information is needed. */
function judgeByStance(subject: Subject, rule: StanceRule, amount: Amount & LayerFacts): EligibilityRule {
  const { plan, settings } = subject;
  const judge = (intervention: Intervention) =>
    applyStance(subject, rule, amount, stanceOf(rule, intervention, settings));
  if (plan.intervention !== null) return judge(plan.intervention);
  const [first, ...rest] = INTERVENTIONS.map(judge);
  if (rest.every(({ light }) => light === first!.light)) return first!;
  const say = sayRule(rule, { parcelHa: subject.figures.parcelHa, ha: amount.ha, unknownHa: amount.unknownHa });
  return say('more-information', 'no-intervention', [evidenceOf(amount, amount)]);
}

function applyStance(subject: Subject, rule: StanceRule, amount: Amount & LayerFacts, stance: Stance): EligibilityRule {
  const { figures, plan } = subject;
  if (stance.kind === 'limit') return judgeLimit(subject, rule, amount, { limitPct: stance.pct, ...plannedOf(plan) });
  const { parcelHa } = figures;
  const values = { parcelHa, ha: amount.ha, unknownHa: amount.unknownHa, ...plannedOf(plan) };
  const evidence = [evidenceOf(amount, amount)];
  if (stance.kind === 'allowed') return sayRule(rule, values)('pass', 'allowed', evidence);
  const say = sayRule(rule, { ...values, limitPct: stance.pct });
  const answer = exceeds(amount, stance.pct, parcelHa);
  if (answer === false) return say('pass', 'pass', evidence);
  const note = plan.note?.trim() ?? '';
  if (note === '') return say('more-information', answer === null ? 'unknown' : 'note-wanted', evidence);
  const written = { layer: "reviewer's note", date: null, ha: null, unknownHa: 0, attribution: note };
  // A note speaks of ground that was seen. Unknown ground that would want one by itself is not part of what it allows.
  const isOpen = answer === null || exceeds({ ha: amount.unknownHa, unknownHa: 0 }, stance.pct, parcelHa);
  if (isOpen) return say('more-information', 'unknown', [...evidence, written], { note });
  return say('pass', 'noted', [...evidence, written], { note });
}

function judgeLimit(
  { figures }: Subject,
  rule: EligibilityRuleName,
  amount: Amount & LayerFacts,
  terms: { readonly limitPct: number; readonly intervention?: Intervention },
): EligibilityRule {
  const { parcelHa } = figures;
  const say = sayRule(rule, { parcelHa, ha: amount.ha, unknownHa: amount.unknownHa, ...terms });
  const answer = exceeds(amount, terms.limitPct, parcelHa);
  const light = answer === null ? 'more-information' : answer ? 'fail' : 'pass';
  return say(light, answer === null ? 'unknown' : light, [evidenceOf(amount, amount)]);
}

/** Sentences about what nobody has said is planned do not name it. */
function plannedOf({ intervention }: Plan): { readonly intervention?: Intervention } {
  return intervention === null ? {} : { intervention };
}
