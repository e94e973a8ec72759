import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import { type ChaosRow, rowOf } from './row.ts';
import { type Act, play, type Stage } from './stage.ts';

const DISK_BYTES = 32 * 2 ** 20;
const DELAY_MS = [10, 60] as const;

/** Fills the disk of the output folder in the middle of a run, and frees it after a while. */
export async function chaosDisk(
  stage: Stage,
  { units, fullMs }: { readonly units: number; readonly fullMs: number },
): Promise<ChaosRow> {
  const what = 'Disk full';
  const asked = `a disk of 32 MB full for ${fullMs / 1000} s, ${units} units`;
  const disk = join(stage.folder, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]);
  if (mounted.status !== 0)
    return { what, asked, reached: 'skipped: a disk of 32 MB may not be mounted by this account', problems: [] };
  try {
    const out = join(disk, 'out');
    const act: Act = { name: 'disk', units, workers: 2, concurrency: 2, delayMs: DELAY_MS, out };
    const played = await play(stage, act, (fleet) => fillDisk(fleet, disk, fullMs));
    const refused = played.fleet.journal.filter(({ code }) => code === 'E_DISK_FULL').length;
    const problems = refused > 0 ? [] : ['no unit met the full disk'];
    return rowOf(what, asked, [played], { happened: `${refused} tries refused as E_DISK_FULL`, problems });
  } finally {
    spawnSync('umount', [disk]);
  }
}

async function fillDisk(fleet: Fleet, disk: string, fullMs: number): Promise<void> {
  const filler = join(disk, 'filler');
  await fleet.untilDone(Math.floor(fleet.run.units / 4));
  // More than there is: what there is room for is taken.
  spawnSync('sh', ['-c', `fallocate -l ${DISK_BYTES} "$0" || cat /dev/zero > "$0"`, filler], { stdio: 'ignore' });
  await sleep(fullMs);
  rmSync(filler);
}
