import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Journal } from './journal.ts';

const CHECK_MS = 5000;
/** A loop that stands still for this long renews no lock; units are computed in children so that it never does. */
const WORRYING_MS = 1000;

/** Tells when this process could not react for more than a second. Ends with the function that it answers. */
export function watchLoop(log: Journal, checkMs = CHECK_MS): () => void {
  const delay = monitorEventLoopDelay({ resolution: 50 });
  delay.enable();
  const timer = setInterval(() => {
    const worstMs = Math.round(delay.max / 1e6);
    delay.reset();
    if (worstMs < WORRYING_MS) return;
    const message = `This process could not react for ${(worstMs / 1000).toFixed(1)} s; units that it holds may be given to others. Is the machine overloaded or suspended?`;
    log({ level: 'warn', event: 'loop-lag', message });
  }, checkMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    delay.disable();
  };
}
