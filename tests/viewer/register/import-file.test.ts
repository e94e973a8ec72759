import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerFile, askAgain, importFiles, sendAgain } from '../../../viewer/register/import-file.ts';
import { useImport, useRegisterView } from '../../../viewer/register/import-store.ts';
import { useRegister } from '../../../viewer/register/register-store.ts';
import { useStore } from '../../../viewer/state.ts';
import { holdFetch, Line } from './import-line.ts';

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

describe('a wrong answer', () => {
  const EMPTY = { code: 'E_PARCELS_EMPTY', message: 'The layer holds no parcel.' };

  it.each([EMPTY, { code: 'E_GEOPACKAGE', message: 'a view' }, { code: 'E_REQUEST', message: 'too long' }])(
    'that ends in $code is asked anew with the 2 layers known from before',
    (refusal) => {
      importFiles([file]);
      Line.sent[0]!.answer(422, { error: LAYERS });
      answerFile({ layer: 'a' });
      Line.sent[1]!.answer(422, { error: refusal });
      expect(useImport.getState().state).toMatchObject({ step: 'failed', failure: refusal, sent: { asked: LAYERS } });
      askAgain();
      expect(useImport.getState().state).toMatchObject({
        step: 'failed',
        failure: LAYERS,
        sent: { answers: { crs: null, layer: null }, asked: null },
      });
      answerFile({ layer: 'b' });
      Line.sent[2]!.answer(200, READ);
      expect(asked().map(({ layer }) => layer)).toEqual([undefined, 'a', 'b']);
      expect(useImport.getState().state).toMatchObject({ step: 'report', sent: { answers: { layer: 'b' } } });
    },
  );
});

describe('a GeoJSON in metres that names no CRS', () => {
  const finding = { rule: 'projected', severity: 'error', message: 'not degrees', values: {}, place: null };
  const metres = {
    file: { name: 'a.geojson', format: 'geojson' },
    report: { parcels: [{ index: 0, id: 'P-1', verdict: 'refused', findings: [finding], parcelHa: null }] },
    parcels: [{ index: 0, geometry: { type: 'Polygon', coordinates: [[[350000, 1080000]]] } }],
  };

  it('is read a 2nd time in the CRS that is answered at its report, and can be asked about again', () => {
    importFiles([file]);
    Line.sent[0]!.answer(200, metres);
    answerFile({ crs: 'EPSG:32631' });
    expect(asked().map(({ crs }) => crs)).toEqual([undefined, 'EPSG:32631']);
    Line.sent[1]!.answer(200, READ);
    askAgain();
    expect(useImport.getState().state).toMatchObject({ step: 'failed', failure: { code: 'E_PARCELS_CRS_MISSING' } });
  });
});

describe('a register that cannot be opened', () => {
  const LOCKED = { error: { code: 'E_DATABASE_LOCKED', message: 'Somebody else has it open.' } };

  it('lets 0 files be sent; trying again opens it and sends the same file to its region', async () => {
    useRegister.setState({ regionId: null, info: null, revision: null });
    const questions = holdFetch();
    importFiles([file]);
    questions[0]!.answer(503, LOCKED);
    await vi.waitFor(() =>
      expect(useImport.getState().state).toMatchObject({ step: 'failed', failure: 'no-register', sent: { file } }),
    );
    expect(Line.sent.length).toBe(0);
    sendAgain();
    await vi.waitFor(() => expect(questions.length).toBe(2));
    questions[1]!.answer(200, { revision: 1, regions: [{ id: 'copargo', side: 'sink' }] });
    await vi.waitFor(() => expect(questions.length).toBe(3));
    questions[2]!.answer(200, { revision: 1, parcels: [] });
    await vi.waitFor(() => expect(asked()).toEqual([{ name: 'a.csv', region: 'copargo' }]));
    expect(Line.sent[0]!.body).toBe(file);
  });

  it('because no server answers is told as that: 0 files sent, offline', async () => {
    useRegister.setState({ regionId: null, info: null, revision: null });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no line')));
    importFiles([file]);
    await vi.waitFor(() => expect(useImport.getState().state).toMatchObject({ step: 'failed', failure: 'offline' }));
    expect(Line.sent.length).toBe(0);
  });
});

describe('an answer about a file', () => {
  it.each([200, 422])('of status %d is a sign that the line is back', (status) => {
    useStore.getState().set({ isConnected: false });
    importFiles([file]);
    Line.sent[0]!.answer(status, status === 200 ? READ : { error: MISSING });
    expect(useStore.getState().isConnected).toBe(true);
  });
});
