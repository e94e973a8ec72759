import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { shortAlpsArgs } from '../../alps.ts';
import { hashResults, runCanopy, unfinishedFiles } from '../../canopy.ts';
import { describeWithData } from '../../real-data.ts';

const TABLES = [
  'observations.csv',
  'observations.csv-metadata.json',
  'observations.parquet',
  'parcels.csv',
  'parcels.csv-metadata.json',
  'parcels.geojson',
  'parcels.parquet',
  'run.json',
];

// Several whole runs a test; on a busy machine each takes a multiple of its 4 s.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

describeWithData('canopy monitor on the Alps with other numbers of workers', () => {
  const root = mkdtempSync(join(tmpdir(), 'canopy-same-'));
  const folderOf = (workers: number) => join(root, `by-${workers}`);

  async function run(workers: number): Promise<string> {
    const { code, stderr } = await runCanopy(shortAlpsArgs(folderOf(workers), '--workers', `${workers}`));
    expect(code).toBe(0);
    return stderr;
  }

  beforeAll(() => run(1));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('writes 7 table files and run.json, and 9 layers of each of 2 grids with their 18 items', () => {
    const names = Object.keys(hashResults(folderOf(1)));
    expect(names.filter((name) => !name.startsWith('layers/'))).toEqual(TABLES);
    expect(names.filter((name) => name.endsWith('.tif'))).toHaveLength(18);
    expect(names.filter((name) => /^layers\/.*\.json$/.test(name))).toHaveLength(18);
  });

  it.each([2, 4])('gives the bytes of 1 worker in all 44 files with %i workers', async (workers) => {
    await run(workers);
    expect(hashResults(folderOf(workers))).toEqual(hashResults(folderOf(1)));
  });

  it('says in run.json neither where the results lie nor how many workers made them', () => {
    const text = readFileSync(join(folderOf(4), 'run.json'), 'utf8');
    expect(text).not.toContain(root);
    expect(text).not.toMatch(/workers|runner/i);
  });

  it('run again in the same folder, resumes 8 of 8 units and changes no byte', async () => {
    expect(await run(2)).toContain('Resuming: 8 of 8 units are already computed.');
    expect(hashResults(folderOf(2))).toEqual(hashResults(folderOf(1)));
    expect(unfinishedFiles(folderOf(2))).toEqual([]);
  });
});
