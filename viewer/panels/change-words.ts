import type { ChangeChoice, ParcelQuery } from '../../shared/api.ts';
import type { ChangeConfidence, ParcelChange } from '../../shared/change.ts';
import type { MessageKey, Translate } from '../i18n/translate.ts';
import type { Language } from '../state.ts';
import type { Sentence } from './finding.ts';
import { formatDay, formatNdvi } from './format.ts';

/** Of a normal distribution: half the width of a 95 % interval in standard errors. */
const Z_95 = 1.96;

/** What was found on a parcel over time, in the chosen language, told from its figures; none where it was not judged. */
export function changeSentences(language: Language, change: ParcelChange): Sentence[] {
  const { finding, after, before, recoveredOn, magnitude, nBurnt, nMonitored } = change;
  if (finding === null) return [];
  const day = (text: string | null) => (text === null ? '?' : formatDay(language, text));
  const values = {
    after: day(after),
    before: day(before),
    recovered: day(recoveredOn),
    size: magnitude === null ? '?' : formatNdvi(language, Math.abs(magnitude)),
    burnt: nBurnt ?? 0,
    count: nMonitored ?? 0,
  };
  const { minDetectableChange } = change;
  const isQuiet = finding === 'no_change' || finding === 'burnt_and_recovered';
  const sentences: Sentence[] = [{ key: isGainBack(change) ? 'change.say.gainBack' : `change.say.${finding}`, values }];
  if (isQuiet && minDetectableChange !== null) {
    const size = formatNdvi(language, minDetectableChange);
    sentences.push({ key: 'change.say.detectable', values: { size } });
  }
  if (change.passingMagnitude !== null) {
    const { passingAfter, passingBefore, passingBack, passingMagnitude } = change;
    const dates = { after: day(passingAfter), before: day(passingBefore), back: day(passingBack) };
    const key = passingMagnitude < 0 ? 'change.say.passingFall' : 'change.say.passingRise';
    sentences.push({ key, values: { ...dates, size: formatNdvi(language, Math.abs(passingMagnitude)) } });
  }
  return sentences;
}

/** Whether it is a gain that did not last: its day of recovery is that of the return into the season. */
export function isGainBack({ finding, recoveredOn }: Pick<ParcelChange, 'finding' | 'recoveredOn'>): boolean {
  return finding === 'gain' && recoveredOn !== null;
}

/** Whether a fire has no size of a lasting change that could be told: nothing lasted. */
export function isFireUnsized({ finding, magnitudeSe }: Pick<ParcelChange, 'finding' | 'magnitudeSe'>): boolean {
  return finding === 'burnt_and_recovered' && magnitudeSe === null;
}

/** What a confidence rests on. Without control areas none is high. */
export function whyKey(change: ParcelChange, confidence: ChangeConfidence): MessageKey {
  if (confidence === 'medium' && change.controlDid === null) return 'change.why.alone';
  return confidence === 'low' && isGainBack(change) ? 'change.why.back' : `change.why.${confidence}`;
}

/** The 95 % interval of the size of a change; null without a standard error. */
export function magnitudeInterval({
  magnitude,
  magnitudeSe,
}: Pick<ParcelChange, 'magnitude' | 'magnitudeSe'>): readonly [low: number, high: number] | null {
  if (magnitude === null || magnitudeSe === null) return null;
  return [magnitude - Z_95 * magnitudeSe, magnitude + Z_95 * magnitudeSe];
}

/** Whether a slope differs from that of the control areas at 95 %; null where there is no Z. */
export function standsApart(z: number | null): boolean | null {
  return z === null ? null : Math.abs(z) >= Z_95;
}

/** The filter of change over time in words, such as `Loss / Gain · high confidence`; names hold commas. Empty where it keeps everything. */
export function changeFilterWords({ change, confidence }: ParcelQuery, t: Translate): string {
  const findings = change.map((one) => t(`change.finding.${one}`)).join(' / ');
  const sure = confidence.map((one) => t(`change.confidence.${one}`)).join(' / ');
  return [findings, sure].filter((words) => words !== '').join(' · ');
}

/** Findings that are a change: what a press on `Changed` asks for. */
export const CHANGED: readonly ChangeChoice[] = ['loss', 'loss_and_regrowth', 'gain'];
