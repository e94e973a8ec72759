import type { ChangeConfidence, ParcelChange, YearChange } from '../../shared/change.ts';

const Z95 = 1.959963984540054;

type Parcel = Omit<ParcelChange, 'sentence'>;

/** A fall or rise that was made good within a year and is no fire that the burn ratio shows; days `YYYY-MM-DD`. */
export interface PassingChange {
  readonly after: string;
  readonly before: string;
  readonly back: string;
  readonly magnitude: number;
  /** Whether fires were looked for: there is a burn ratio, and nobody asked not to. */
  readonly soughtFires: boolean;
}

/**
 * The finding about a parcel in a few English sentences: what, when, how much with its 95 % interval, against what, and
 * what speaks against it.
 * @param judgedTo the last day that was judged, where observations follow it behind a gap of over a year; else null.
 */
export function explainParcel(
  change: Parcel,
  passing: PassingChange | null = null,
  judgedTo: string | null = null,
): string {
  const { finding, reason } = change;
  if (finding === null) return `${capital(reason || 'not judged')}.`;
  const parts = [
    sayFinding(change, judgedTo),
    saySure(change),
    passing ? sayPassing(passing) : '',
    reason ? `${capital(reason)}.` : '',
  ];
  return parts.filter(Boolean).join(' ');
}

function sayFinding(change: Parcel, judgedTo: string | null): string {
  const basis = `${change.nHistory ?? 0} observations from ${change.historyStart ?? '?'} on as history, ${change.nMonitored ?? 0} judged`;
  const until = judgedTo === null ? 'the end of the period' : `${judgedTo}, the last date judged`;
  const back = `and was back in its season from ${change.recoveredOn ?? '?'} on`;
  switch (change.finding) {
    case 'loss':
      return `${sayStep(change, 'Loss', 'fell')} and had not come back by ${until} (${basis}).`;
    case 'loss_and_regrowth':
      return `${sayStep(change, 'Loss and regrowth', 'fell')} ${back} (${basis}).`;
    case 'gain':
      return `${sayStep(change, 'Gain', 'rose')} above its own season${change.recoveredOn === null ? '' : ` ${back}`} (${basis}).`;
    case 'burnt_and_recovered':
      return `Burnt and recovered: the burn ratio fell and came back, and nothing lasting followed (${basis}).${sayPower(change)}`;
    default:
      return `No lasting change of the parcel as a whole: its series keeps to its own season (${basis}).${sayPower(change)}`;
  }
}

function sayStep({ magnitude, magnitudeSe, after, before }: Parcel, what: string, verb: string): string {
  const size = magnitude === null ? '' : ` by ${Math.abs(magnitude).toFixed(2)}${sayInterval(magnitudeSe)}`;
  return `${what}: NDVI ${verb}${size} between ${after ?? '?'} and ${before ?? '?'}`;
}

function sayInterval(se: number | null): string {
  return se === null ? '' : ` ± ${(Z95 * se).toFixed(2)} (95 %)`;
}

function sayPower({ minDetectableChange }: Parcel): string {
  if (minDetectableChange === null) return '';
  return ` A lasting change of ${minDetectableChange.toFixed(2)} or more from the start of the period on would have been found with 90 % power.`;
}

const SURE: Readonly<Record<ChangeConfidence, string>> = {
  high: 'Confidence high: its 95 % interval lies beyond the threshold and the control areas did not do the same.',
  medium: 'Confidence medium: its 95 % interval leaves out 0.',
  low: 'Confidence low: the control areas may have done the same.',
};
const SURE_REVERSED = 'Confidence low: the gain did not last.';

function saySure(change: Parcel): string {
  const { finding, confidence, recoveredOn, controlCount, controlDid, controlDidLow, controlDidHigh } = change;
  if (confidence === null) return '';
  const isReversed = finding === 'gain' && recoveredOn !== null && confidence === 'low';
  const sure = isReversed ? SURE_REVERSED : SURE[confidence];
  if (!controlCount) return `${sure} There is no control area to hold it against.`;
  const hasInterval = controlDidLow !== null && controlDidHigh !== null;
  const interval = hasInterval ? `${signed(controlDidLow)} to ${signed(controlDidHigh)}` : 'no interval';
  const figure = controlDid === null ? 'no figure' : `${signed(controlDid)} (${interval})`;
  return `${sure} Against ${controlCount} control areas: ${figure}.`;
}

function sayPassing({ after, before, back, magnitude, soughtFires }: PassingChange): string {
  const verb = magnitude < 0 ? 'fell' : 'rose';
  const what = `NDVI ${verb} by ${Math.abs(magnitude).toFixed(2)} between ${after} and ${before} and was back by ${back}`;
  const why = soughtFires
    ? 'no fire could be told from the burn ratio'
    : 'nobody can say whether it was a fire, since fires were not looked for';
  return `${what}: too short for a change, and ${why}.`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && Number(text) !== 0 ? `−${text}` : `+${text}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '');
}

/** One parcel's year in one English sentence: hectares by class, with what the pixels' noise does to them. */
export function explainYear(row: Omit<YearChange, 'sentence'>): string {
  const parts = [
    sayArea(row.lossHa, row.lossHaSe, 'lost'),
    sayArea(row.gainHa, row.gainHaSe, 'gained'),
    sayArea(row.regrownHa, row.regrownHaSe, 'regrown after a loss'),
    row.burntHa === null ? '' : sayArea(row.burntHa, row.burntHaSe, 'burnt and recovered'),
    sayArea(row.lostBeforeHa, null, 'lost in an earlier year and not back'),
    sayArea(row.noDataHa, null, 'without data'),
  ].filter(Boolean);
  const nothing = row.noDataHa < row.stableHa ? 'no change' : 'without data';
  const what = parts.length === 0 ? nothing : parts.join(', ');
  return `${row.year}, of ${row.parcelHa.toFixed(2)} ha: ${what}. Sums of pixels, not an area estimate; sampling error ${row.areaSe}.`;
}

/** Nothing where the area rounds to nothing. */
function sayArea(ha: number, se: number | null, what: string): string {
  if (ha < 0.005) return '';
  const half = se === null ? '' : (Z95 * se).toFixed(2);
  return half === '' ? `${ha.toFixed(2)} ha ${what}` : `${ha.toFixed(2)} ± ${half} ha (95 %) ${what}`;
}
