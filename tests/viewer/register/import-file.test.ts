import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerFile, askAgain, importFiles, sendAgain } from '../../../viewer/register/import-file.ts';
import { useImport, useRegisterView } from '../../../viewer/register/import-store.ts';
import { useRegister } from '../../../viewer/register/register-store.ts';
import { useStore } from '../../../viewer/state.ts';

/** Stands for the way to the server: what was sent, and what a test answers. */
class Line extends EventTarget {
  static sent: Line[] = [];
  readonly upload = new EventTarget();
  address = '';
  body: unknown = null;
  status = 0;
  responseText = '';
  open(_method: string, address: string): void {
    this.address = address;
  }
  setRequestHeader(): void {}
  abort(): void {}
  send(body: unknown): void {
    this.body = body;
    Line.sent.push(this);
  }
  answer(status: number, answer: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(answer);
    this.dispatchEvent(new Event('load'));
  }
}

const MISSING = { code: 'E_PARCELS_CRS_MISSING', message: 'a.csv does not say which CRS.' };
const LAYERS = { code: 'E_PARCELS_LAYER', message: 'Which?', fields: { layers: ['a', 'b'] } };
const READ = { file: { name: 'a.csv' }, report: { parcels: [] }, parcels: [] };
const file = new File(['x'], 'a.csv');
const asked = () => Line.sent.map(({ address }) => Object.fromEntries(new URL(address, 'http://x').searchParams));

beforeEach(() => {
  Line.sent = [];
  vi.stubGlobal('XMLHttpRequest', Line);
  useRegister.setState({ regionId: 'sink' });
  useStore.getState().set({ page: 'map' });
});
afterEach(() => vi.unstubAllGlobals());

describe('a file that leaves 2 questions open', () => {
  it('is sent 3 times, each time the same file, with the answers so far', () => {
    importFiles([file]);
    Line.sent[0]!.answer(422, { error: LAYERS });
    expect(useImport.getState().state).toMatchObject({ step: 'failed', failure: LAYERS });
    answerFile({ layer: 'b' });
    Line.sent[1]!.answer(422, { error: MISSING });
    answerFile({ crs: 'EPSG:32631' });
    Line.sent[2]!.answer(200, READ);
    const how = { name: 'a.csv', region: 'sink' };
    expect(asked()).toEqual([how, { ...how, layer: 'b' }, { ...how, layer: 'b', crs: 'EPSG:32631' }]);
    expect(Line.sent.map(({ body }) => body === file)).toEqual([true, true, true]);
    expect(useImport.getState().state).toMatchObject({
      step: 'report',
      sent: { answers: { crs: 'EPSG:32631', layer: 'b' }, asked: LAYERS },
    });
    askAgain();
    expect(useImport.getState().state).toMatchObject({
      step: 'failed',
      failure: LAYERS,
      sent: { answers: { crs: null, layer: null } },
    });
  });

  it('is shown where it is seen: page, view and column are open, though it was dropped on another page', () => {
    useRegisterView.setState({ view: 'offline' });
    importFiles([file]);
    expect([useStore.getState().page, useRegisterView.getState().view]).toEqual(['delineate', 'import']);
  });
});

describe('a file that got no answer', () => {
  it('is sent again as it was, 1 answer included, when the line is back', async () => {
    importFiles([file]);
    Line.sent[0]!.answer(422, { error: MISSING });
    answerFile({ crs: 'EPSG:4326' });
    Line.sent[1]!.dispatchEvent(new Event('error'));
    await vi.waitFor(() => expect(useImport.getState().state).toMatchObject({ step: 'failed', failure: 'offline' }));
    expect(useStore.getState().isConnected).toBe(false);
    sendAgain();
    expect(asked()[2]).toEqual({ name: 'a.csv', region: 'sink', crs: 'EPSG:4326' });
  });

  it('because it was changed on this device is no sign that the line is gone', async () => {
    useStore.getState().set({ isConnected: true });
    const gone = new File(['x'], 'b.csv');
    const unreadable = { arrayBuffer: () => Promise.reject(new Error('NotReadable')) } as unknown as Blob;
    vi.spyOn(gone, 'slice').mockReturnValue(unreadable);
    importFiles([gone]);
    Line.sent[0]!.dispatchEvent(new Event('error'));
    await vi.waitFor(() => expect(useImport.getState().state).toMatchObject({ step: 'failed', failure: 'gone' }));
    expect(useStore.getState().isConnected).toBe(true);
  });
});
