import { hostname } from 'node:os';

/** What this process is called among the workers of a fleet: `host:pid`. */
export function workerName(): string {
  return `${hostname()}:${process.pid}`;
}
