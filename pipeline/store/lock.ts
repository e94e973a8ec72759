import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { CanopyError } from '../../shared/errors.ts';
import { writeFileAtomic } from './files.ts';

/** A held lock file. */
export interface Lock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the kernel's ticks since boot, or null where that cannot be read. */
  readonly startedTicks: string | null;
  readonly token: string;
}

/**
 * Takes a lock file that names its holder's pid. A lock whose process is gone is taken over; one that is held throws
 * `E_DATABASE_LOCKED`. The lock appears with its whole content at once (link), and a stale one is replaced under a lock
 * of its own, so that of several takers only one wins.
 */
export async function takeLock(path: string): Promise<Lock> {
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    startedTicks: await readStartTicks(process.pid),
    token: randomBytes(8).toString('hex'),
  };
  const draft = join(dirname(path), `.${basename(path)}.${mine.token}.tmp`);
  await writeFileAtomic(draft, `${JSON.stringify(mine)}\n`);
  try {
    while (!(await linkNew(draft, path))) {
      const holder = await readHolder(path);
      // Released in between: try again.
      if (holder === null) continue;
      if (await isRunning(holder)) throw lockedError(path, holder);
      await replaceStale(path, draft, holder);
      break;
    }
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => release(path, mine.token) };
}

/** Throws `E_DATABASE_LOCKED` where a running process holds a lock file; takes nothing, writes nothing. */
export async function refuseHeldLock(path: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder !== null && (await isRunning(holder))) throw lockedError(path, holder);
}

/** Whether a running process holds a lock file; one that does not say who holds it counts as held. */
export async function isLockHeld(path: string): Promise<boolean> {
  try {
    const holder = await readHolder(path);
    return holder !== null && (await isRunning(holder));
  } catch {
    return true;
  }
}

async function replaceStale(path: string, draft: string, stale: Holder): Promise<void> {
  const takeover = await takeLock(`${path}.takeover`);
  try {
    const now = await readHolder(path);
    if (now !== null && now.token !== stale.token) throw lockedError(path, now);
    await rename(draft, path);
  } finally {
    await takeover.release();
  }
}

async function release(path: string, token: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder?.token === token) await rm(path, { force: true });
}

async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { pid, host, startedTicks, token } = JSON.parse(text) as Holder;
    if (Number.isInteger(pid) && pid > 0 && typeof host === 'string' && typeof token === 'string') {
      return { pid, host, startedTicks: startedTicks ?? null, token };
    }
  } catch {
    // Falls through to the sentence below.
  }
  throw new CanopyError({
    kind: 'input',
    code: 'E_DATABASE_LOCKED',
    message: `The lock file ${path} does not say who holds it. If no other canopy uses this folder, delete it and try again.`,
    where: path,
  });
}

/** Whether the holder may still run. A pid that now belongs to a later process is not the holder. */
async function isRunning({ pid, host, startedTicks }: Holder): Promise<boolean> {
  // A process on another machine cannot be seen from here, so it is taken to run.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const ticks = await readStartTicks(pid);
  return startedTicks === null || ticks === null || ticks === startedTicks;
}

async function readStartTicks(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 22 of proc(5); the name before it stands in parentheses and may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function lockedError(path: string, { pid, host }: Holder): CanopyError {
  const elsewhere = host === hostname() ? '' : ` on ${host}`;
  return new CanopyError({
    kind: 'input',
    code: 'E_DATABASE_LOCKED',
    message:
      `The folder ${dirname(resolve(path))} is in use by process ${pid}${elsewhere}; only one process may write there at a time. ` +
      'Wait until it ends or stop it; if it is no canopy any more, delete ' +
      `${basename(path)} in it and try again.`,
    where: path,
  });
}
