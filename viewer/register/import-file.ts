import type { ApiError } from '../../shared/api.ts';
import { IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import type { ImportAnswer } from '../../shared/register.ts';
import { translate } from '../i18n/translate.ts';
import { openLeftColumn } from '../shell/use-left-column.ts';
import { useStore } from '../state.ts';
import { crsAskedBy, type FileAnswers, type FileRefusal, importAddress, NO_ANSWERS } from './import-answers.ts';
import { beginChoices } from './import-plan.ts';
import { type ImportState, type SentFile, showRegisterView, useImport } from './import-store.ts';
import { sayBytes } from './quantities.ts';
import { loadRegister, useRegister } from './register-store.ts';
import { fitShapes, showShapes } from './shapes.ts';

let sending: XMLHttpRequest | null = null;

/** Sends the first of the files to be read and checked, and shows what came of it; the others are left out, and that is said. */
export function importFiles(files: readonly File[]): void {
  const [file, ...others] = files;
  if (!file) return;
  showImport();
  const { language } = useStore.getState();
  const refusal = refusalOf(file);
  const note = others.length > 0 ? translate(language, 'import.one-file', { name: file.name }) : null;
  useImport.setState({ refusal, note, late: [] });
  if (refusal === null) void send({ file, answers: NO_ANSWERS, asked: null });
}

/** What becomes of a file is seen wherever it was dropped: beside the map, in an open column. */
function showImport(): void {
  const { page, set } = useStore.getState();
  if (page !== 'delineate') set({ page: 'delineate' });
  showRegisterView('import');
  openLeftColumn();
}

/** Sends a file again, with what it does not say itself: one that was refused, or whose rows lie nowhere without it. */
export function answerFile(answer: Partial<FileAnswers>): void {
  const { state } = useImport.getState();
  const question = openQuestion(state);
  if (question === null || !('sent' in state)) return;
  const { file, answers, asked } = state.sent;
  void send({ file, answers: { ...answers, ...answer }, asked: asked ?? question });
}

/** What was said of the file that is shown and can be answered. */
function openQuestion(state: ImportState): FileRefusal | null {
  if (state.step === 'report') return crsAskedBy(state.answer, state.sent.answers);
  return state.step === 'failed' && typeof state.failure !== 'string' ? state.failure : null;
}

/** Sends a file again as it was sent before: the line may be back. */
export function sendAgain(): void {
  const { state } = useImport.getState();
  if (state.step === 'failed') void send(state.sent);
}

/** Asks anew what a person answered about the file that is shown; what was decided about its parcels is forgotten. */
export function askAgain(): void {
  const { state } = useImport.getState();
  if ((state.step !== 'report' && state.step !== 'failed') || state.sent.asked === null) return;
  const { file, asked } = state.sent;
  useImport.setState({ state: { step: 'failed', sent: { file, answers: NO_ANSWERS, asked: null }, failure: asked } });
}

/** Ends the sending of a file, or forgets its report. */
export function endImport(): void {
  sending?.abort();
  sending = null;
  useImport.setState({ state: { step: 'none' }, refusal: null, note: null, late: [] });
  showShapes('import', []);
  showShapes('proposal', []);
  showShapes('place', []);
}

/** Why a file need not even be sent; null where it may. */
function refusalOf({ name, size }: File): string | null {
  const { language } = useStore.getState();
  if (size === 0) return translate(language, 'import.empty-file', { name });
  const limits = useRegister.getState().info?.importLimits ?? IMPORT_LIMITS;
  const limit = /\.(zip|kmz)$/i.test(name) ? limits.zipBytes : limits.fileBytes;
  if (size <= limit) return null;
  const values = { name, size: sayBytes(language, size), limit: sayBytes(language, limit) };
  return translate(language, 'import.too-large', values);
}

/** By XMLHttpRequest, which says how much has been sent; `fetch` does not. */
async function send(sent: SentFile): Promise<void> {
  sending?.abort();
  const request = new XMLHttpRequest();
  sending = request;
  const { name, size } = sent.file;
  const progress = (doneBytes: number) =>
    useImport.setState({ state: { step: 'sending', name, doneBytes, bytes: size } });
  progress(0);
  // A file may be dropped before the register, which knows the regions, has been opened.
  if (useRegister.getState().regionId === null) await loadRegister();
  if (sending !== request) return;
  const { regionId, failure } = useRegister.getState();
  if (regionId === null) {
    sending = null;
    const why = failure?.isOffline ? 'offline' : 'no-register';
    useImport.setState({ state: { step: 'failed', sent, failure: why } });
    return;
  }
  request.upload.addEventListener('progress', ({ loaded }) => sending === request && progress(Math.min(loaded, size)));
  request.upload.addEventListener('load', () => sending === request && progress(size));
  request.addEventListener('load', () => sending === request && finish(request, sent, regionId));
  request.addEventListener('error', () => void fail(request, sent));
  request.open('POST', importAddress(name, regionId, sent.answers));
  request.setRequestHeader('accept', 'application/json');
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.send(sent.file);
}

/** No answer came: the line is gone, or the file. */
async function fail(request: XMLHttpRequest, sent: SentFile): Promise<void> {
  const isThere = await sent.file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
  if (sending !== request) return;
  if (isThere) useStore.getState().set({ isConnected: false });
  useImport.setState({ state: { step: 'failed', sent, failure: isThere ? 'offline' : 'gone' } });
}

function finish(request: XMLHttpRequest, sent: SentFile, regionId: string): void {
  sending = null;
  const answer = readJson(request.responseText);
  if (answer !== null) useStore.getState().set({ isConnected: true, lastDataMs: Date.now() });
  if (request.status !== 200 || answer === null) {
    const code = `HTTP_${request.status}`;
    const failure = (answer as ApiError | null)?.error ?? { code, message: `HTTP ${request.status}` };
    useImport.setState({ state: { step: 'failed', sent, failure } });
    return;
  }
  const read = answer as ImportAnswer;
  const id = crypto.randomUUID();
  const choices = beginChoices(read, () => crypto.randomUUID());
  useImport.setState({ state: { step: 'report', id, sent, answer: read, regionId, choices } });
  fitShapes(read.parcels.flatMap(({ geometry }) => (geometry ? [geometry] : [])));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
