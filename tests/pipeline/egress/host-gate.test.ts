import { describe, expect, it } from 'vitest';
import { createHostGate, DEFAULT_LIMITS, type HostLimits, type Outcome } from '../../../pipeline/egress/host-gate.ts';
import { DEFAULT_RETRY, TransientFault, withRetry } from '../../../pipeline/egress/retry.ts';

/** A clock that only sleeping moves. */
function fakeClock() {
  const clock = {
    ms: 0,
    slept: [] as number[],
    now: () => clock.ms,
    sleep: async (ms: number) => {
      clock.slept.push(ms);
      clock.ms += ms;
    },
  };
  return clock;
}

function makeGate(limits: Partial<HostLimits> = {}) {
  const clock = fakeClock();
  const { now, sleep } = clock;
  const gate = createHostGate('host:443', { ...DEFAULT_LIMITS, now, sleep, ...limits });
  const ask = async (outcome: Outcome, times = 1) => {
    for (let i = 0; i < times; i++) (await gate.enter()).end(outcome);
  };
  return { clock, gate, ask };
}

describe('the rate of a host', () => {
  it('B 24: halves at a 503, once for the refusals of one second, and never falls below 2 a second', async () => {
    const { clock, gate, ask } = makeGate({ failuresToOpen: 1000 });
    await ask('busy', 5);
    expect(gate.pace().perSecond).toBe(125);
    for (let second = 1; second < 20; second++) {
      clock.ms += 1000;
      await ask('busy');
    }
    expect(gate.pace().perSecond).toBe(2);
  });

  it('B 24: recovers by 1 a second for a second of good answers, from 2 to 12 within 10 s', async () => {
    const { clock, gate, ask } = makeGate({ failuresToOpen: 1000, perSecond: 16, floorPerSecond: 2 });
    for (let second = 1; second < 10; second++) {
      clock.ms += 1000;
      await ask('busy');
    }
    const startMs = clock.ms;
    while (clock.ms < startMs + 10_000) await ask('answered');
    expect(gate.pace().perSecond).toBeGreaterThan(11);
    expect(gate.pace().perSecond).toBeLessThan(13.5);
  });

  it('lets 250 through at once after a pause and spaces the next 100 by 4 ms', async () => {
    const { clock, ask } = makeGate();
    clock.ms = 10_000;
    await ask('answered', 251);
    expect(clock.slept).toHaveLength(0);
    await ask('answered', 100);
    expect(clock.ms).toBeCloseTo(10_400, 0);
  });
});

describe('places at a host', () => {
  it('never has more than 16 requests under way, and serves 40 in their order', async () => {
    const { gate } = makeGate();
    let underWay = 0;
    let most = 0;
    const order: number[] = [];
    const one = async (index: number) => {
      const turn = await gate.enter();
      order.push(index);
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 2));
      underWay--;
      turn.end('answered');
    };
    await Promise.all(Array.from({ length: 40 }, (_, index) => one(index)));
    expect(most).toBe(16);
    expect(order).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  it('B 25: halve when answers are too slow, down to 1, and grow again by good ones', async () => {
    const { clock, gate, ask } = makeGate({ failuresToOpen: 1000 });
    const seen: number[] = [];
    for (let i = 0; i < 6; i++) {
      clock.ms += 1000;
      await ask('slow');
      seen.push(gate.pace().concurrent);
    }
    expect(seen).toEqual([8, 4, 2, 1, 1, 1]);
    await ask('answered', 6);
    expect(gate.pace().concurrent).toBe(3);
  });
});

describe('the breaker of a host', () => {
  it('B 31: opens after 10 failures in a row, refuses for 10 s with a sentence, then lets 1 of 5 through to see', async () => {
    const { clock, gate, ask } = makeGate();
    await ask('failed', 9);
    await ask('answered');
    await ask('failed', 10);
    const error = await gate.enter().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'transient', code: 'E_HOST_DOWN', where: 'host:443', retryAfterMs: 10_000 });
    expect((error as Error).message).toBe(
      'host:443 failed 10 times in a row and is left alone for 10 s; try again later.',
    );
    clock.ms += 10_000;
    const waiting = Array.from({ length: 5 }, () => gate.enter());
    const probe = await waiting[0]!;
    const others = Promise.allSettled(waiting.slice(1));
    probe.end('failed');
    expect((await others).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    clock.ms += 10_000;
    (await gate.enter()).end('answered');
    await ask('answered', 5);
  });

  it('lets those who waited for the probe through when it succeeds', async () => {
    const { clock, gate, ask } = makeGate();
    await ask('slow', 10);
    clock.ms += 10_000;
    const waiting = Array.from({ length: 5 }, () => gate.enter());
    (await waiting[0]!).end('answered');
    for (const turn of await Promise.all(waiting.slice(1))) turn.end('answered');
  });
});

describe('the retry of a transient fault', () => {
  const fault = (more: object = {}) => new TransientFault({ code: 'E_X', message: 'x', where: 'h', ...more });

  async function retry(make: (tries: number) => Error, policy: object = {}) {
    const clock = fakeClock();
    let tries = 0;
    const { now, sleep } = clock;
    const error = await withRetry({ ...DEFAULT_RETRY, random: () => 1, now, sleep, ...policy }, async () => {
      throw make(++tries);
    }).catch((caught: unknown) => caught);
    return { error, tries, slept: clock.slept };
  }

  it('B 24: is tried 6 times in all, with waits of up to 1, 2, 4, 8 and 16 s', async () => {
    expect(await retry(() => fault())).toMatchObject({ tries: 6, slept: [1000, 2000, 4000, 8000, 16_000] });
  });

  it('B 24: waits no longer than 60 s at once and begins no wait that ends after 15 min', async () => {
    const { tries, slept } = await retry(() => fault(), { maxTries: 100 });
    expect(Math.max(...slept)).toBe(60_000);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(900_000);
    expect(tries).toBe(20);
  });

  it('B 24: does as Retry-After says, but for more than 60 s', async () => {
    expect((await retry(() => fault({ retryAfterMs: 7000 }))).slept).toEqual(Array(5).fill(7000));
    expect(await retry(() => fault({ retryAfterMs: 61_000 }))).toMatchObject({ tries: 1, slept: [] });
  });

  it('counts faults of each code by itself: the third alike is final, as what it then is', async () => {
    const alike = { code: 'E_NO_RANGE', maxTries: 3, finalKind: 'input' };
    const { error, tries } = await retry((n) => (n % 2 === 0 ? fault() : fault(alike)));
    expect(error).toMatchObject({ code: 'E_NO_RANGE', kind: 'input' });
    expect(tries).toBe(5);
  });

  it('uses up no try while a host is left alone', async () => {
    const { tries } = await retry((n) => (n <= 4 ? fault({ wasSent: false, retryAfterMs: 10_000 }) : fault()));
    expect(tries).toBe(4 + 6);
  });
});
