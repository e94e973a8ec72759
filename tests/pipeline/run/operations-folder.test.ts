import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { folderOperations, readRequests } from '../../../pipeline/run/operations-folder.ts';
import { createFileAge } from '../../../pipeline/store/file-age.ts';
import type { RunRequest } from '../../../shared/operations.ts';
import { finishedDetail, SAMPLE_LETTERS, SAMPLE_RUN, sampleDetail, writeStatus } from '../../operations-sample.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-operations-'));
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(root, 'run-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const runId = SAMPLE_RUN.id;
const RETRY: RunRequest = { kind: 'retry', runId, keys: ['1'.repeat(64)] };
const refusal = (asking: Promise<unknown>) =>
  asking.then(
    () => null,
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

describe('the snapshot of a run', () => {
  it('is read as it was written, and is nothing where there is none', async () => {
    const source = folderOperations(dir);
    expect(await source.read()).toBeNull();
    const view = writeStatus(dir, [sampleDetail()]);
    expect(await source.read()).toEqual(view);
  });

  const run = { ...SAMPLE_RUN };
  it.each([
    ['no JSON', '{'],
    ['nothing', 'null'],
    ['another format', '{"format":"twin-canopy-operations/2","at":"","runs":[]}'],
    ['no runs', '{"format":"twin-canopy-operations/1","at":""}'],
    ['a run without units', viewOf({ run: { ...run, units: null }, deadLetters: [], workers: [] })],
    ['a run in an unknown state', viewOf({ run: { ...run, state: 'lost' }, deadLetters: [], workers: [] })],
    [
      'units that are no numbers',
      viewOf({ run: { ...run, units: { ...run.units, done: '9' } }, deadLetters: [], workers: [] }),
    ],
    ['a dead letter without cause', viewOf({ run, deadLetters: [{}], workers: [] })],
    ['9 MB of blanks', ' '.repeat(9 * 1024 * 1024)],
  ])('is refused with a sentence where it holds %s', async (_, text) => {
    writeStatus(dir, []);
    writeFileSync(join(dir, '.run/status.json'), text);
    expect(await refusal(folderOperations(dir).read())).toMatchObject({ code: 'E_OPERATIONS' });
  });
});

function viewOf(detail: unknown): string {
  return JSON.stringify({ format: 'twin-canopy-operations/1', at: '2026-11-29T09:00:00Z', runs: [detail] });
}

describe('a coordinator whose clock and that of the reader differ', () => {
  const MINUTE_MS = 60_000;
  afterEach(() => void vi.useRealTimers());
  /** What is read where the reader's clock is `aheadMs` ahead of the file system's. */
  const silentAt = async (aheadMs: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + aheadMs });
    const view = await folderOperations(dir).read();
    vi.useRealTimers();
    return view!.runs.map(({ silent }) => silent);
  };

  it.each([0, MINUTE_MS, -MINUTE_MS])('is heard by a reader %i ms ahead, and for gone after 16 s', async (aheadMs) => {
    writeStatus(dir, [sampleDetail(), finishedDetail()]);
    expect(await silentAt(aheadMs)).toEqual([false, false]);
    writeStatus(dir, [sampleDetail(), finishedDetail()], 16_000);
    expect(await silentAt(aheadMs)).toEqual([true, false]);
    expect(readdirSync(join(dir, '.run'))).toEqual(['status.json']);
  });

  it('is not judged by the time in its snapshot: 1 hour behind, it is asked all the same', async () => {
    const view = writeStatus(dir, [sampleDetail()]);
    const at = new Date(Date.now() - 60 * MINUTE_MS).toISOString();
    writeFileSync(join(dir, '.run/status.json'), JSON.stringify({ ...view, at }));
    const source = folderOperations(dir);
    expect((await source.read())!.runs[0]).toMatchObject({ silent: false, run: { changedAt: at } });
    await source.ask(RETRY);
    expect(await readRequests(dir)).toEqual([RETRY]);
  });

  it('is judged by the clock of the reader in a folder where no file can be written', async () => {
    const ageOf = createFileAge(join(dir, 'nowhere'));
    expect(await ageOf(Date.now() - 16_000)).toBeGreaterThanOrEqual(16_000);
    expect(await ageOf(Date.now() - 16_000)).toBeLessThan(17_000);
  });
});

describe('a request', () => {
  it('reaches the coordinator once, in one whole file, and leaves none behind', async () => {
    writeStatus(dir, [sampleDetail()]);
    const source = folderOperations(dir);
    await source.ask(RETRY);
    expect(readdirSync(join(dir, '.run/requests'))).toEqual([expect.stringMatching(/^[0-9a-f-]{36}\.json$/)]);
    expect(await readRequests(dir)).toEqual([RETRY]);
    expect(await readRequests(dir)).toEqual([]);
    expect(readdirSync(join(dir, '.run/requests'))).toEqual([]);
  });

  it('is taken 14 s after the last word of the coordinator, and refused after 16 s with what helps', async () => {
    const source = folderOperations(dir);
    writeStatus(dir, [sampleDetail()], 14_000);
    await source.ask(RETRY);
    writeStatus(dir, [sampleDetail()], 16_000);
    const refused = await refusal(source.ask(RETRY));
    expect(refused?.code).toBe('E_NO_COORDINATOR');
    expect(refused?.message).toContain('Start the same canopy command again');
    expect(await readRequests(dir)).toHaveLength(1);
  });

  it('is refused for a run that has ended or is not known, and where there is no snapshot: nothing is written', async () => {
    const source = folderOperations(dir);
    expect((await refusal(source.ask(RETRY)))?.code).toBe('E_NO_RUN');
    writeStatus(dir, [finishedDetail()]);
    expect((await refusal(source.ask(RETRY)))?.code).toBe('E_NO_COORDINATOR');
    expect((await refusal(source.ask({ ...RETRY, runId: 'x' })))?.code).toBe('E_NO_RUN');
    expect(existsSync(join(dir, '.run/requests'))).toBe(false);
  });

  it('is known to be about 1 of 2 keys where 200 of 1,234 dead letters are listed, and about all where none is named', async () => {
    const letters = Array.from({ length: 200 }, (_, at) => ({ ...SAMPLE_LETTERS[0]!, key: `${at}` }));
    writeStatus(dir, [sampleDetail({ units: { total: 1300, due: 0, running: 0, done: 66, dead: 1234 } }, letters)]);
    const source = folderOperations(dir);
    expect(await source.ask({ ...RETRY, keys: ['7', 'beyond the list', '7'] })).toBe(1);
    expect(await source.ask({ ...RETRY, keys: null })).toBe(1234);
    expect(await readRequests(dir)).toHaveLength(2);
  });

  it('is heard in the order of asking: 5 of 5', async () => {
    writeStatus(dir, [sampleDetail()]);
    const folder = join(dir, '.run/requests');
    mkdirSync(folder);
    const wanted: RunRequest[] = ['e', 'b', 'd', 'a', 'c'].map((key) => ({ kind: 'retry', runId, keys: [key] }));
    for (const [at, request] of wanted.entries()) {
      const path = join(folder, `${9 - at}.json`);
      writeFileSync(path, JSON.stringify(request));
      utimesSync(path, 1_700_000_000 + at, 1_700_000_000 + at);
    }
    expect(await readRequests(dir)).toEqual(wanted);
  });
});

describe('what is no request', () => {
  it('is removed and told, 7 of 7 files, and never followed out of the folder', async () => {
    const folder = join(dir, '.run/requests');
    mkdirSync(folder, { recursive: true });
    const outside = join(dir, 'outside.json');
    writeFileSync(outside, JSON.stringify({ kind: 'cancel', runId }));
    const files: Record<string, string> = {
      'a.json': '{',
      'b.json': '[]',
      'c.json': JSON.stringify({ kind: 'delete', runId }),
      'd.json': JSON.stringify({ kind: 'retry', runId, keys: [1] }),
      'e.json': `"${'x'.repeat(70_000)}"`,
      'notes.txt': JSON.stringify({ kind: 'cancel', runId }),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    symlinkSync(outside, join(folder, 'f.json'));
    const told: string[] = [];
    expect(await readRequests(dir, (line) => told.push(line))).toEqual([]);
    expect(told).toHaveLength(7);
    expect(told[0]).toContain('a.json was no request');
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(outside)).toBe(true);
  });

  it('is left alone while it is being written, and removed when its writer died a minute ago', async () => {
    const folder = join(dir, '.run/requests');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.x.json.1-ab.tmp'), '{');
    writeFileSync(join(folder, '.y.json.1-ab.tmp'), '{');
    utimesSync(join(folder, '.y.json.1-ab.tmp'), 1_700_000_000, 1_700_000_000);
    expect(await readRequests(dir)).toEqual([]);
    expect(readdirSync(folder)).toEqual(['.x.json.1-ab.tmp']);
  });

  it('is nothing where nobody has ever asked', async () => {
    expect(await readRequests(join(dir, 'nowhere'))).toEqual([]);
  });
});
