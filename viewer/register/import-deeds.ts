import type { CheckFinding } from '../../shared/parcel-check.ts';
import {
  acceptMend,
  type Choice,
  chosenParcels,
  type Fill,
  nextMend,
  takeBackMends,
  takeCheck,
} from './import-plan.ts';
import { type ImportState, useImport } from './import-store.ts';
import { RegisterFailure, registerApi } from './register-api.ts';
import { failureOf, loadRegister, takeVersions } from './register-store.ts';

type Report = Extract<ImportState, { step: 'report' }>;

/** A parcel that needs more proposals after another than this is not mended by a button. */
const MENDS_AT_ONCE = 8;

function reportNow(): Report | null {
  const { state } = useImport.getState();
  return state.step === 'report' ? state : null;
}

/** Changes the choice about one parcel of the report that is shown. */
export function changeChoice(index: number, change: (choice: Choice) => Choice): void {
  const report = reportNow();
  const choice = report?.choices.get(index);
  if (!report || !choice) return;
  const choices = new Map(report.choices).set(index, change(choice));
  useImport.setState({ state: { ...report, choices } });
}

/** Accepts one proposal and has the outcome checked anew. Rejects when it cannot be checked; then nothing has changed. */
export async function acceptProposal(index: number, finding: CheckFinding): Promise<void> {
  const report = reportNow();
  const choice = report?.choices.get(index);
  if (!report || !choice) return;
  const mended = await mend(report, choice, finding);
  changeChoice(index, () => mended);
}

async function mend(report: Report, choice: Choice, finding: CheckFinding): Promise<Choice> {
  const next = acceptMend(choice, finding);
  if (next.isLeftOut || next.geometry === null) return next;
  const parcel = report.answer.parcels.find(({ index }) => index === choice.checked.index);
  if (!parcel) return choice;
  const { attributes } = parcel;
  const answer = await registerApi.check({ regionId: report.regionId, id: null, geometry: next.geometry, attributes });
  return takeCheck(next, answer.parcel);
}

/** Accepts, for every parcel that can be mended, one proposal after the other until no error is left. */
export async function acceptAll(onProgress: (done: number, all: number) => void): Promise<void> {
  const report = reportNow();
  if (!report) return;
  const rows = [...report.choices].filter(([, choice]) => choice.checked.verdict === 'mendable' && !choice.isLeftOut);
  for (const [done, [index, first]] of rows.entries()) {
    onProgress(done, rows.length);
    let choice = first;
    for (let step = 0; step < MENDS_AT_ONCE; step++) {
      const finding = choice.isLeftOut ? null : nextMend(choice);
      if (!finding) break;
      choice = await mend(report, choice, finding);
    }
    changeChoice(index, () => choice);
  }
}

export function takeBackAll(): void {
  const report = reportNow();
  if (!report) return;
  const choices = new Map(report.choices);
  for (const [index, choice] of choices)
    if (choice.mends.length > 0 || choice.isLeftOut) choices.set(index, takeBackMends(report.answer, choice));
  useImport.setState({ state: { ...report, choices } });
}

export interface Registering {
  readonly author: string;
  readonly reason: string;
  readonly fill: Fill;
}

/**
 * Registers what is chosen, all or none. Null when all of it is registered, else why not; what the register found about
 * single parcels then stands in their rows.
 */
export async function registerChosen(by: Registering): Promise<string | null> {
  const report = reportNow();
  if (!report) return null;
  const { answer, choices, regionId } = report;
  const { indexes, parcels } = chosenParcels(answer, choices, { ...by, regionId });
  try {
    const { parcels: versions } = await registerApi.addAll({ parcels });
    takeVersions(versions);
    void loadRegister();
    useImport.setState({ state: { step: 'done', count: versions.length } });
    return null;
  } catch (error) {
    if (error instanceof RegisterFailure) {
      for (const checked of error.parcels) {
        const index = indexes[checked.index];
        if (index !== undefined) changeChoice(index, (choice) => ({ ...takeCheck(choice, checked), take: false }));
      }
    }
    return failureOf(error).message;
  }
}
