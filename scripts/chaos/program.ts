import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Program {
  readonly pid: number;
  /** How it ended: its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  isEnded(): boolean;
  kill(signal: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();
// Whatever ends this process, its programs do not outlive it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a built program with its settings as JSON; hears each line that it writes. Its errors are shown as they come. */
export function startProgram(path: string, settings: object, onLine: (line: string) => void): Program {
  const child = spawn(process.execPath, [path, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  createInterface({ input: child.stdout }).on('line', onLine);
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(signal ?? code ?? 'unknown');
    });
  });
  return {
    pid: child.pid!,
    ended,
    isEnded: () => child.exitCode !== null || child.signalCode !== null,
    kill: (signal) => void child.kill(signal),
  };
}

/** Ends programs and waits until they are gone. */
export async function endPrograms(programs: readonly Program[]): Promise<void> {
  for (const program of programs) if (!program.isEnded()) program.kill('SIGKILL');
  await Promise.all(programs.map(({ ended }) => ended));
}
