import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CheckFinding } from '../../../shared/parcel-check.ts';
import {
  acceptAll,
  acceptProposal,
  changeChoice,
  registerChosen,
  takeBackAll,
} from '../../../viewer/register/import-deeds.ts';
import { askAgain, endImport, importFiles } from '../../../viewer/register/import-file.ts';
import { NO_FILL } from '../../../viewer/register/import-plan.ts';
import { useImport } from '../../../viewer/register/import-store.ts';
import { useRegister } from '../../../viewer/register/register-store.ts';
import { type Asked, holdFetch, Line } from './import-line.ts';

const outlineOf = (x: number) => ({ type: 'Polygon' as const, coordinates: [[[x, 9]]] });
const MENDED = outlineOf(99);
const crossing: CheckFinding = {
  rule: 'self-crossing',
  severity: 'error',
  message: 'crosses itself',
  values: {},
  place: null,
  proposal: { kind: 'make-valid', message: '', haBefore: null, haAfter: 2, geometry: MENDED },
};
const FINE = { parcel: { index: 0, id: 'x', verdict: 'accepted', findings: [], parcelHa: 2 }, eligibility: null };
const SAID = { name: null, intervention: null, startDate: null, tenure: null, consent: null, statedHa: null, more: {} };

/** What is read of a file with 3 bow-ties at this longitude. */
function readOf(name: string, x: number): object {
  const rows = [0, 1, 2];
  return {
    file: { name, sha256: name.padEnd(64, '0'), format: 'geojson' },
    report: {
      parcels: rows.map((index) => ({
        index,
        id: `${name}-${index}`,
        verdict: 'mendable',
        findings: [crossing],
        parcelHa: null,
      })),
    },
    parcels: rows.map((index) => ({
      index,
      idIsMadeUp: false,
      place: `feature ${index + 1}`,
      geometry: outlineOf(x + index),
      attributes: SAID,
    })),
  };
}

let questions: Asked[];
const checks = () => questions.filter(({ path }) => path.endsWith('/check'));
const drop = (name: string, x: number) => {
  importFiles([new File(['x'], name)]);
  Line.sent.at(-1)!.answer(200, readOf(name, x));
};
const report = () => {
  const { state } = useImport.getState();
  if (state.step !== 'report') throw new Error(state.step);
  return state;
};
const outlines = () =>
  [...report().choices.values()].map(({ geometry }) => (geometry!.coordinates as number[][][])[0]![0]![0]);
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const BY = { author: 'Awa', reason: 'land office', fill: NO_FILL };

beforeEach(() => {
  Line.sent = [];
  vi.stubGlobal('XMLHttpRequest', Line);
  questions = holdFetch();
  useRegister.setState({ regionId: 'sink', parcels: new Map() });
  drop('A', 10);
});
afterEach(() => {
  endImport();
  vi.unstubAllGlobals();
});

describe('mends of one file that are checked while', () => {
  it('nothing else happens go into its report: 3 of 3', async () => {
    const all = acceptAll(() => {});
    for (const done of [0, 1, 2]) {
      await vi.waitFor(() => expect(checks().length).toBe(done + 1));
      checks()[done]!.answer(200, FINE);
    }
    await all;
    expect(outlines()).toEqual([99, 99, 99]);
    takeBackAll();
    expect(outlines()).toEqual([10, 11, 12]);
  });

  it('another file is dropped change 0 of its 3 rows, and no 2nd check is asked for', async () => {
    const all = acceptAll(() => {});
    drop('B', 50);
    expect(checks()[0]!.signal!.aborted).toBe(true);
    checks()[0]!.answer(200, FINE);
    await all;
    await settle();
    expect(outlines()).toEqual([50, 51, 52]);
    expect([...report().choices.values()].every(({ mends, take }) => mends.length === 0 && !take)).toBe(true);
    expect(checks().length).toBe(1);
  });

  it('another file is dropped leave it alone, were it a single proposal', async () => {
    const one = acceptProposal(1, crossing);
    drop('B', 50);
    checks()[0]!.answer(200, FINE);
    await one;
    expect(outlines()).toEqual([50, 51, 52]);
  });

  it('the same file is read anew leave its new report alone', async () => {
    useImport.setState({
      state: { ...report(), sent: { ...report().sent, asked: { code: 'E_PARCELS_LAYER', message: '' } } },
    });
    const all = acceptAll(() => {});
    askAgain();
    drop('A', 20);
    checks()[0]!.answer(200, FINE);
    await all;
    expect(outlines()).toEqual([20, 21, 22]);
  });

  it('the import is closed end with 1 check and no failure', async () => {
    const all = acceptAll(() => {});
    endImport();
    await expect(all).resolves.toBeUndefined();
    await settle();
    expect([checks().length, useImport.getState().state.step]).toEqual([1, 'none']);
  });

  it('a person leaves 1 row out do not bring it back', async () => {
    const one = acceptProposal(1, crossing);
    changeChoice(1, (choice) => ({ ...choice, isLeftOut: true }));
    checks()[0]!.answer(200, FINE);
    await one;
    expect(report().choices.get(1)).toMatchObject({ isLeftOut: true, mends: [] });
  });

  it('the line goes reject, and 0 rows have changed', async () => {
    const one = acceptProposal(1, crossing);
    checks()[0]!.answer(500, { error: { code: 'E_INTERNAL', message: 'no' } });
    await expect(one).rejects.toThrow('no');
    expect(outlines()).toEqual([10, 11, 12]);
  });
});

describe('a registration that is on its way when another file is dropped', () => {
  const version = { id: 'P-1', state: 'active', version: 1 };
  const begin = async () => {
    const one = acceptProposal(0, crossing);
    checks()[0]!.answer(200, FINE);
    await one;
    const done = registerChosen(BY);
    drop('B', 50);
    const batch = questions.find(({ path }) => path.endsWith('/batch'))!;
    return { done, batch, before: report() };
  };

  it('is told beside the new report: 1 parcel of A, in the register, and B stays as it is', async () => {
    const { done, batch, before } = await begin();
    batch.answer(201, { revision: 2, parcels: [version] });
    expect(await done).toBeNull();
    expect(report()).toBe(before);
    expect(useImport.getState().late).toEqual([{ name: 'A', count: 1, failure: null }]);
    expect([...useRegister.getState().parcels.keys()]).toEqual(['P-1']);
    expect(questions.some(({ path }) => path === '/api/register')).toBe(true);
  });

  it('and refused is told as well, and what was found goes into 0 rows of B', async () => {
    const { done, batch, before } = await begin();
    const parcels = [{ index: 0, id: 'A-0', verdict: 'refused', findings: [], parcelHa: 2 }];
    batch.answer(409, { error: { code: 'E_ID_TAKEN', message: 'taken' }, parcels });
    await done;
    expect(report()).toBe(before);
    expect(useImport.getState().late).toEqual([{ name: 'A', count: 0, failure: 'taken' }]);
  });

  it('does not happen where nothing else is dropped: 1 parcel is registered, and the refusal of another stands in its row', async () => {
    for (const [at, index] of [0, 1].entries()) {
      const one = acceptProposal(index, crossing);
      checks()[at]!.answer(200, FINE);
      await one;
    }
    const refused = registerChosen(BY);
    const batches = () => questions.filter(({ path }) => path.endsWith('/batch'));
    const parcels = [{ index: 1, id: 'A-1', verdict: 'refused', findings: [], parcelHa: 2 }];
    batches()[0]!.answer(409, { error: { code: 'E_ID_TAKEN', message: 'taken' }, parcels });
    expect(await refused).toBe('taken');
    expect([...report().choices.values()].map(({ checked }) => checked.verdict)).toEqual([
      'accepted',
      'refused',
      'mendable',
    ]);
    const done = registerChosen(BY);
    batches()[1]!.answer(201, { revision: 2, parcels: [version] });
    expect(await done).toBeNull();
    expect(useImport.getState()).toMatchObject({ state: { step: 'done', count: 1 }, late: [] });
  });
});
