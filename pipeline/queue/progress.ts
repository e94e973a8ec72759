interface ProgressOptions {
  readonly total: number;
  /** Plural, such as `units`. */
  readonly unitName: string;
  /** Where the text goes: standard error, never standard output. */
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

interface Progress {
  /** Counts finished work and redraws when it is time. */
  advance(count?: number): void;
  /** There is more to do than was said at first. */
  extend(count: number): void;
  /** Draws the last state and ends the line. */
  finish(): void;
}

const BAR_CHARS = 24;
const TTY_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 2000;

/** A bar in units of work with an estimate of the time left: redrawn in place on a terminal, else a line each 2 s. */
export function createProgress({ total: totalAtFirst, unitName, write, isTty, now }: ProgressOptions): Progress {
  const startMs = now();
  const intervalMs = isTty ? TTY_INTERVAL_MS : LINE_INTERVAL_MS;
  let total = totalAtFirst;
  let done = 0;
  let drawnMs = isTty ? Number.NEGATIVE_INFINITY : startMs;
  let drawnDone = -1;

  function draw(): void {
    const elapsedMs = now() - startMs;
    const share = total === 0 ? 1 : done / total;
    const filled = Math.round(share * BAR_CHARS);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_CHARS - filled)}]`;
    const left =
      done >= total
        ? `in ${formatTime(elapsedMs)}`
        : done === 0
          ? ''
          : `about ${formatTime((elapsedMs / done) * (total - done))} left`;
    const text = `${bar} ${Math.floor(share * 100)} %  ${done} of ${total} ${unitName}  ${left}`.trimEnd();
    write(isTty ? `\r\x1b[2K${text}` : `${text}\n`);
    drawnMs = now();
    drawnDone = done;
  }

  return {
    advance(count = 1) {
      done += count;
      if (now() - drawnMs >= intervalMs) draw();
    },
    extend(count) {
      total += count;
    },
    finish() {
      if (drawnDone !== done) draw();
      if (isTty) write('\n');
    },
  };
}

/** Seconds below two minutes, then minutes, then hours. */
function formatTime(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
