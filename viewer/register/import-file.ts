import type { ApiError } from '../../shared/api.ts';
import { IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import type { ImportAnswer } from '../../shared/register.ts';
import { translate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { beginChoices } from './import-plan.ts';
import { showRegisterView, useImport } from './import-store.ts';
import { sayBytes } from './quantities.ts';
import { useRegister } from './register-store.ts';
import { fitShapes, showShapes } from './shapes.ts';

let sending: XMLHttpRequest | null = null;

/** Sends the first of the files to be read and checked, and shows what came of it; the others are left out, and that is said. */
export function importFiles(files: readonly File[]): void {
  const [file, ...others] = files;
  if (!file) return;
  showRegisterView('import');
  const { language } = useStore.getState();
  const refusal = refusalOf(file);
  const note = others.length > 0 ? translate(language, 'import.one-file', { name: file.name }) : null;
  useImport.setState({ refusal, note });
  if (refusal === null) send(file);
}

/** Ends the sending of a file, or forgets its report. */
export function endImport(): void {
  sending?.abort();
  sending = null;
  useImport.setState({ state: { step: 'none' }, refusal: null, note: null });
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
function send(file: File): void {
  sending?.abort();
  const regionId = useRegister.getState().regionId ?? '';
  const request = new XMLHttpRequest();
  sending = request;
  const { name } = file;
  const progress = (doneBytes: number) =>
    useImport.setState({ state: { step: 'sending', name, doneBytes, bytes: file.size } });
  progress(0);
  request.upload.addEventListener(
    'progress',
    ({ loaded }) => sending === request && progress(Math.min(loaded, file.size)),
  );
  request.upload.addEventListener('load', () => sending === request && progress(file.size));
  request.addEventListener('load', () => sending === request && finish(request, { name, regionId }));
  request.addEventListener('error', () => {
    if (sending !== request) return;
    useStore.getState().set({ isConnected: false });
    useImport.setState({ state: { step: 'failed', name, message: '', isOffline: true } });
  });
  request.open('POST', `/api/register/import?${new URLSearchParams({ name, region: regionId })}`);
  request.setRequestHeader('accept', 'application/json');
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.send(file);
}

function finish(
  request: XMLHttpRequest,
  { name, regionId }: { readonly name: string; readonly regionId: string },
): void {
  sending = null;
  const answer = readJson(request.responseText);
  if (request.status !== 200 || answer === null) {
    const message = (answer as ApiError | null)?.error?.message ?? `HTTP ${request.status}`;
    useImport.setState({ state: { step: 'failed', name, message, isOffline: false } });
    return;
  }
  const read = answer as ImportAnswer;
  const choices = beginChoices(read, () => crypto.randomUUID());
  useImport.setState({ state: { step: 'report', answer: read, regionId, choices } });
  fitShapes(read.parcels.flatMap(({ geometry }) => (geometry ? [geometry] : [])));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
