import type { CheckFinding } from '../../shared/parcel-check.ts';
import {
  acceptMend,
  type Choice,
  chosenParcels,
  type Fill,
  isSameParcel,
  nextMend,
  takeBackMends,
  takeCheck,
} from './import-plan.ts';
import { type ImportState, type LateNews, useImport } from './import-store.ts';
import { RegisterFailure, registerApi } from './register-api.ts';
import { failureOf, loadRegisterAnew, takeVersions } from './register-store.ts';

type Report = Extract<ImportState, { step: 'report' }>;

/** A parcel that needs more proposals after another than this is not mended by a button. */
const MENDS_AT_ONCE = 8;

function reportNow(): Report | null {
  const { state } = useImport.getState();
  return state.step === 'report' ? state : null;
}

function isShown({ id }: Report): boolean {
  return reportNow()?.id === id;
}

/** Changes the choice about one parcel of the report that is shown. */
export function changeChoice(index: number, change: (choice: Choice) => Choice): void {
  const report = reportNow();
  const choice = report?.choices.get(index);
  if (!report || !choice) return;
  const choices = new Map(report.choices).set(index, change(choice));
  useImport.setState({ state: { ...report, choices } });
}

/** Puts what came of a question about a choice in its place, if its report is shown and nobody decided otherwise meanwhile. */
function putOutcome(report: Report, asked: Choice, change: (choice: Choice) => Choice): void {
  if (!isShown(report)) return;
  changeChoice(asked.checked.index, (now) => (isSameParcel(now, asked) ? change(now) : now));
}

/** Does what takes time for one report. It ends, and that is no failure, as soon as that report is not shown any more. */
async function whileShown(report: Report, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const unwatch = useImport.subscribe(() => {
    if (!isShown(report)) end.abort();
  });
  try {
    await work(end.signal);
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    unwatch();
  }
}

/** Accepts one proposal and has the outcome checked anew. Rejects when it cannot be checked; then nothing has changed. */
export async function acceptProposal(index: number, finding: CheckFinding): Promise<void> {
  const report = reportNow();
  const choice = report?.choices.get(index);
  if (!report || !choice) return;
  await whileShown(report, async (signal) => {
    const mended = await mend(report, choice, { finding, signal });
    putOutcome(report, choice, () => mended);
  });
}

interface Mending {
  readonly finding: CheckFinding;
  readonly signal: AbortSignal;
}

async function mend(report: Report, choice: Choice, { finding, signal }: Mending): Promise<Choice> {
  const next = acceptMend(choice, finding);
  const { geometry } = next;
  if (next.isLeftOut || geometry === null) return next;
  const parcel = report.answer.parcels.find(({ index }) => index === choice.checked.index);
  if (!parcel) return choice;
  const { regionId } = report;
  const answer = await registerApi.check({ regionId, id: null, geometry, attributes: parcel.attributes }, signal);
  signal.throwIfAborted();
  return takeCheck(next, answer.parcel);
}

/** Accepts, for every parcel that can be mended, one proposal after the other until no error is left. */
export async function acceptAll(onProgress: (done: number, all: number) => void): Promise<void> {
  const report = reportNow();
  if (!report) return;
  const rows = [...report.choices].filter(([, choice]) => isWaiting(choice)).map(([index]) => index);
  await whileShown(report, async (signal) => {
    for (const [done, index] of rows.entries()) {
      onProgress(done, rows.length);
      const first = reportNow()?.choices.get(index);
      if (!first || !isWaiting(first)) continue;
      const mended = await mendWholly(report, first, signal);
      putOutcome(report, first, () => mended);
    }
  });
}

function isWaiting({ checked, isLeftOut }: Choice): boolean {
  return checked.verdict === 'mendable' && !isLeftOut;
}

async function mendWholly(report: Report, first: Choice, signal: AbortSignal): Promise<Choice> {
  let choice = first;
  for (let step = 0; step < MENDS_AT_ONCE; step++) {
    const finding = choice.isLeftOut ? null : nextMend(choice);
    if (!finding) break;
    choice = await mend(report, choice, { finding, signal });
  }
  return choice;
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
 * single parcels then stands in their rows. Where another file is shown by then, the outcome is told beside it.
 */
export async function registerChosen(by: Registering): Promise<string | null> {
  const report = reportNow();
  if (!report) return null;
  const { answer, choices, regionId } = report;
  const { name } = answer.file;
  const { indexes, parcels } = chosenParcels(answer, choices, { ...by, regionId });
  try {
    const { parcels: versions } = await registerApi.addAll({ parcels });
    const count = versions.length;
    takeVersions(versions);
    void loadRegisterAnew();
    if (isShown(report)) useImport.setState({ state: { step: 'done', count } });
    else tellLate({ name, count, failure: null });
    return null;
  } catch (error) {
    const { message } = failureOf(error);
    if (!isShown(report)) tellLate({ name, count: 0, failure: message });
    else if (error instanceof RegisterFailure) {
      for (const checked of error.parcels) {
        const asked = choices.get(indexes[checked.index] ?? -1);
        if (asked) putOutcome(report, asked, (choice) => ({ ...takeCheck(choice, checked), take: false }));
      }
    }
    return message;
  }
}

function tellLate(news: LateNews): void {
  useImport.setState(({ late }) => ({ late: [...late, news] }));
}
