import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import type { RunDatabase } from '../../../pipeline/run/database.ts';
import { runFolder } from '../../../pipeline/run/folder.ts';
import { WorkRecord } from '../../../pipeline/run/work-record.ts';
import { CanopyError } from '../../../shared/errors.ts';

const disk = vi.hoisted(() => ({ isFull: false }));

vi.mock('../../../pipeline/store/files.ts', async (original) => {
  const real = await original<typeof import('../../../pipeline/store/files.ts')>();
  const writeFileAtomic: typeof real.writeFileAtomic = async (path, content) => {
    if (disk.isFull)
      throw new CanopyError({ kind: 'resource', code: 'E_DISK_FULL', message: 'There is no room left.' });
    await real.writeFileAtomic(path, content);
  };
  return { ...real, writeFileAtomic };
});

const out = mkdtempSync(join(tmpdir(), 'canopy-record-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('goes on without its snapshot while the disk is full, says so once in 3 tries, and keeps one again when there is room', async () => {
  mkdirSync(runFolder.work(out));
  const said: string[] = [];
  const database = {
    call: async (name: string) => (name === 'view' ? { runs: [] } : true),
  } as unknown as RunDatabase;
  const run = { id: 'r1', label: 'run', place: out, plan: 'p', algorithm: 'a' };
  const record = new WorkRecord({ database, run, out, say: (line) => said.push(line) });
  disk.isFull = true;
  for (let i = 0; i < 3; i++) await record.setState('running');
  expect(said).toEqual(['There is no room left. Until then the operations page shows what was before.']);
  disk.isFull = false;
  await record.setState('running');
  expect(JSON.parse(readFileSync(runFolder.status(out), 'utf8'))).toEqual({ runs: [] });
});
