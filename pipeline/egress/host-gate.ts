import { TransientFault } from './retry.ts';

/**
 * What one process asks of one host at most. Several processes each have their own: a limit for a machine is this times
 * the number of its child processes.
 */
export interface HostLimits {
  /** Requests at a time; halves when answers come too slowly, for the line may be full of our own. */
  readonly concurrent: number;
  /** Requests a second, the most and the least; halves at 429 and 503. */
  readonly perSecond: number;
  readonly floorPerSecond: number;
  /** What a second of good answers adds to the rate, in requests a second. */
  readonly recoverPerSecond: number;
  /** Failures in a row after which the host is left alone for `openMs`; then one request tries whether it is back. */
  readonly failuresToOpen: number;
  readonly openMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** A clock that only goes forward, in ms. */
  readonly now: () => number;
}

export const DEFAULT_LIMITS: HostLimits = {
  concurrent: 16,
  perSecond: 250,
  floorPerSecond: 2,
  recoverPerSecond: 1,
  failuresToOpen: 10,
  openMs: 10_000,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  now: () => performance.now(),
};

/** `busy`: 429 or 503 · `slow`: no answer in time · `failed`: any other trouble of the host · `answered`: everything else. */
export type Outcome = 'answered' | 'busy' | 'slow' | 'failed';

/** Leave for one request; `end` gives its place to the next one. */
export interface Turn {
  end(outcome: Outcome): void;
}

export interface HostGate {
  /** Waits for a place and for the rate. Throws `E_HOST_DOWN` (transient) while the host is left alone. */
  enter(): Promise<Turn>;
  /** Requests a second and at a time that are allowed just now. */
  pace(): { readonly perSecond: number; readonly concurrent: number };
}

/** Several refusals of one burst are one sign, not many. */
const HALVE_EVERY_MS = 1000;
/** A host that was not asked for a while may be asked this much at once. */
const BURST_MS = 1000;

/** The gates of all hosts, made when first wanted. */
export function createHostGates(limits: HostLimits): (host: string) => HostGate {
  const gates = new Map<string, HostGate>();
  return (host) => {
    const known = gates.get(host);
    if (known) return known;
    const gate = createHostGate(host, limits);
    gates.set(host, gate);
    return gate;
  };
}

export function createHostGate(host: string, limits: HostLimits): HostGate {
  const pace = createPace(limits);
  const breaker = createBreaker(host, limits);
  const places = createPlaces(pace);

  return {
    pace: () => ({ perSecond: pace.perSecond, concurrent: Math.floor(pace.concurrent) }),
    async enter() {
      const isProbe = await breaker.pass();
      await places.take();
      await pace.wait();
      // The host may have gone down while this request stood in line.
      const fault = isProbe ? null : breaker.fault();
      if (fault) {
        places.leave();
        throw fault;
      }
      return {
        end(outcome) {
          pace.learn(outcome);
          breaker.learn(outcome, isProbe);
          places.leave();
        },
      };
    },
  };
}

/** Additive increase, multiplicative decrease of the rate and of the requests at a time. */
function createPace(limits: HostLimits) {
  let nextMs = Number.NEGATIVE_INFINITY;
  let halvedMs = Number.NEGATIVE_INFINITY;
  const pace = {
    perSecond: limits.perSecond,
    concurrent: limits.concurrent,
    /** Every request takes the next free moment, so that they stay in line. */
    async wait(): Promise<void> {
      const nowMs = limits.now();
      const startMs = Math.max(nextMs, nowMs - BURST_MS);
      nextMs = startMs + 1000 / pace.perSecond;
      if (startMs > nowMs) await limits.sleep(startMs - nowMs);
    },
    learn(outcome: Outcome): void {
      if (outcome === 'answered') {
        pace.perSecond = Math.min(limits.perSecond, pace.perSecond + limits.recoverPerSecond / pace.perSecond);
        pace.concurrent = Math.min(limits.concurrent, pace.concurrent + 1 / pace.concurrent);
      } else if (outcome !== 'failed' && limits.now() - halvedMs >= HALVE_EVERY_MS) {
        halvedMs = limits.now();
        if (outcome === 'busy') pace.perSecond = Math.max(limits.floorPerSecond, pace.perSecond / 2);
        else pace.concurrent = Math.max(1, pace.concurrent / 2);
      }
    },
  };
  return pace;
}

/** First come, first served. */
function createPlaces(pace: { readonly concurrent: number }) {
  let taken = 0;
  const line: (() => void)[] = [];
  return {
    async take(): Promise<void> {
      if (taken < Math.floor(pace.concurrent)) taken++;
      else await new Promise<void>((resolve) => line.push(resolve));
    },
    leave(): void {
      taken--;
      while (line.length > 0 && taken < Math.floor(pace.concurrent)) {
        taken++;
        line.shift()!();
      }
    },
  };
}

/** Closed, open until a moment, or half open with one request on its way to see. */
function createBreaker(host: string, limits: HostLimits) {
  let failures = 0;
  let openUntilMs: number | null = null;
  let probe: { readonly ended: Promise<void>; readonly end: () => void } | null = null;

  function fault(): TransientFault | null {
    if (openUntilMs === null) return null;
    const waitMs = Math.max(0, openUntilMs - limits.now());
    const message = `${host} failed ${failures} times in a row and is left alone for ${Math.ceil(waitMs / 1000)} s; try again later.`;
    return new TransientFault({ code: 'E_HOST_DOWN', message, where: host, retryAfterMs: waitMs, wasSent: false });
  }

  return {
    fault,
    /** True for the one request that goes to see whether the host is back. */
    async pass(): Promise<boolean> {
      while (openUntilMs !== null) {
        if (limits.now() < openUntilMs) throw fault();
        if (probe === null) {
          let end = () => {};
          const ended = new Promise<void>((resolve) => {
            end = resolve;
          });
          probe = { ended, end };
          return true;
        }
        await probe.ended;
      }
      return false;
    },
    learn(outcome: Outcome, isProbe: boolean): void {
      if (outcome === 'answered') {
        failures = 0;
        openUntilMs = null;
      } else {
        failures++;
        if (isProbe || failures >= limits.failuresToOpen) openUntilMs = limits.now() + limits.openMs;
      }
      if (isProbe) {
        probe?.end();
        probe = null;
      }
    },
  };
}
