import type { GeoJsonGeometry } from '../../shared/api.ts';
import { verdictOf } from '../../shared/checks/verdict.ts';
import type { CheckedParcel, CheckFinding, ParcelAttributes } from '../../shared/parcel-check.ts';
import type { ImportAnswer, NewParcel, Provenance } from '../../shared/register.ts';

/** What a person has decided about one parcel of a file so far. */
export interface Choice {
  /** Of the parcel, should it be registered: the same one when it is tried again. */
  readonly draftId: string;
  readonly take: boolean;
  /** As it would be registered: of the file, or of the proposals that were accepted. */
  readonly geometry: GeoJsonGeometry | null;
  readonly mends: Provenance['mends'];
  /** What the check says of this geometry. */
  readonly checked: CheckedParcel;
  /** A proposal to leave it out was accepted. */
  readonly isLeftOut: boolean;
  /** The register gives its id, whatever the file says. */
  readonly isIdGiven: boolean;
}

export const ROW_STATES = ['accepted', 'warned', 'mendable', 'mended', 'refused', 'left-out'] as const;
export type RowState = (typeof ROW_STATES)[number];

/** What is chosen at first: parcels about which nothing was found. Everything else waits for a person. */
export function beginChoices(answer: ImportAnswer, newId: () => string): ReadonlyMap<number, Choice> {
  const geometries = new Map(answer.parcels.map((parcel) => [parcel.index, parcel.geometry]));
  return new Map(
    answer.report.parcels.map((checked) => {
      const geometry = geometries.get(checked.index) ?? null;
      const take = checked.verdict === 'accepted' && geometry !== null;
      const choice = { draftId: newId(), take, geometry, mends: [], checked, isLeftOut: false, isIdGiven: false };
      return [checked.index, choice];
    }),
  );
}

export function stateOfRow({ checked, mends, isLeftOut, geometry }: Choice): RowState {
  if (isLeftOut) return 'left-out';
  if (geometry === null) return 'refused';
  const isClean = checked.verdict === 'accepted' || checked.verdict === 'warned';
  return isClean && mends.length > 0 ? 'mended' : checked.verdict;
}

/** Whether the register would take it as it is now. */
export function canBeTaken(choice: Choice): boolean {
  const state = stateOfRow(choice);
  return state === 'accepted' || state === 'warned' || state === 'mended';
}

export function countStates(choices: ReadonlyMap<number, Choice>): Readonly<Record<RowState, number>> {
  const counts = Object.fromEntries(ROW_STATES.map((state) => [state, 0])) as Record<RowState, number>;
  for (const choice of choices.values()) counts[stateOfRow(choice)] += 1;
  return counts;
}

/** The finding that stands in the way first and can be mended, else the first other one that can. */
export function nextMend({ checked }: Choice): CheckFinding | null {
  const withProposal = checked.findings.filter(({ proposal }) => proposal !== null);
  return withProposal.find(({ severity }) => severity === 'error') ?? null;
}

/** A proposal that a person accepted; the outline has to be checked anew, until then the finding is taken as mended. */
export function acceptMend(choice: Choice, finding: CheckFinding): Choice {
  const { proposal } = finding;
  if (proposal === null) return choice;
  const { kind, haBefore, haAfter, geometry } = proposal;
  if (kind === 'leave-out') return { ...choice, take: false, isLeftOut: true };
  return { ...choice, geometry, mends: [...choice.mends, { rule: finding.rule, kind, haBefore, haAfter }] };
}

/** What the check says of an outline that was mended; what the register would take is chosen, for that was the purpose. */
export function takeCheck(choice: Choice, checked: CheckedParcel): Choice {
  const next = { ...choice, checked: { ...checked, index: choice.checked.index, id: choice.checked.id } };
  return { ...next, take: canBeTaken(next) };
}

/** That another parcel has taken its id since the file was read: the register refuses it until it gives the id itself. */
export function isIdTaken({ rule, severity }: CheckFinding): boolean {
  return rule === 'id-taken' && severity === 'error';
}

/** A parcel whose id was taken meanwhile gets one of the register; it is chosen if nothing else stands in the way. */
export function giveId(choice: Choice): Choice {
  const findings = choice.checked.findings.filter((finding) => !isIdTaken(finding));
  const checked = { ...choice.checked, findings, verdict: verdictOf(findings) };
  return takeCheck({ ...choice, isIdGiven: true }, checked);
}

/** Whether what was asked about a choice still holds: nobody has mended, left out or taken back the parcel meanwhile. */
export function isSameParcel(a: Choice, b: Choice): boolean {
  return a.geometry === b.geometry && a.checked === b.checked && a.isLeftOut === b.isLeftOut;
}

/** The parcel as the file has it, nothing mended and not chosen. */
export function takeBackMends(answer: ImportAnswer, choice: Choice): Choice {
  const { index } = choice.checked;
  const checked = answer.report.parcels.find((parcel) => parcel.index === index) ?? choice.checked;
  const geometry = answer.parcels.find((parcel) => parcel.index === index)?.geometry ?? null;
  return { ...choice, checked, geometry, mends: [], isLeftOut: false, take: false };
}

/** What a person says of every parcel that the file says nothing of. */
export type Fill = Pick<ParcelAttributes, 'intervention' | 'startDate' | 'tenure' | 'consent'>;

export const NO_FILL: Fill = { intervention: null, startDate: null, tenure: null, consent: null };

interface Registration {
  readonly regionId: string;
  readonly author: string;
  readonly reason: string;
  readonly fill: Fill;
}

/** The parcels that were chosen, as they are registered, in the order of the file; with their indexes in the report. */
export function chosenParcels(
  { file, parcels }: ImportAnswer,
  choices: ReadonlyMap<number, Choice>,
  { regionId, author, reason, fill }: Registration,
): { readonly indexes: readonly number[]; readonly parcels: readonly NewParcel[] } {
  const chosen = parcels.filter(({ index }) => {
    const choice = choices.get(index);
    return choice?.take === true && canBeTaken(choice);
  });
  return {
    indexes: chosen.map(({ index }) => index),
    parcels: chosen.map(({ index, idIsMadeUp, place, attributes }) => {
      const { draftId, geometry, mends, checked, isIdGiven } = choices.get(index)!;
      return {
        draftId,
        // Of an id that only stands in for one the register makes a better one.
        id: idIsMadeUp || isIdGiven ? null : checked.id,
        regionId,
        geometry: geometry!,
        attributes: fillAttributes(isIdGiven && !idIsMadeUp ? keepId(attributes, checked.id) : attributes, fill),
        author,
        reason,
        provenance: { kind: 'imported', file: { ...file, place }, from: [], mends },
      };
    }),
  };
}

/** The id of the file stays among the properties, as it does where an import finds it taken. */
function keepId(attributes: ParcelAttributes, id: string): ParcelAttributes {
  return Object.hasOwn(attributes.more, 'id') ? attributes : { ...attributes, more: { ...attributes.more, id } };
}

function fillAttributes(attributes: ParcelAttributes, fill: Fill): ParcelAttributes {
  return {
    ...attributes,
    intervention: attributes.intervention ?? fill.intervention,
    startDate: attributes.startDate ?? fill.startDate,
    tenure: attributes.tenure ?? fill.tenure,
    consent: attributes.consent ?? fill.consent,
  };
}
