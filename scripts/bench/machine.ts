import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures were taken on, in one line, with today's date. */
export function describeMachine(): string {
  const cpu = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `${day}: ${cpu.length} × ${cpu[0]?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, load ${loadOf().toFixed(1)} at the start`;
}

/** A sentence when other programs keep the machine busy, else null. */
export function warnOfLoad(): string | null {
  const load = loadOf();
  if (load <= 0.5 * cpus().length) return null;
  return `This machine is busy (load ${load.toFixed(1)} on ${cpus().length} processors): times are too high for all alike, and only ratios mean something. Run the bench again when it is quiet.`;
}

function loadOf(): number {
  return loadavg()[0] ?? 0;
}
