import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MonitorConfig } from '../../../pipeline/config.ts';
import { toldWhenEnded } from '../../../pipeline/run/webhook.ts';
import { CanopyError } from '../../../shared/errors.ts';
import { type ScriptedServer, startServer } from '../../faultd.ts';

let hook: ScriptedServer;
beforeAll(async () => {
  hook = await startServer((_hit, response) => response.writeHead(204).end());
});
afterAll(() => hook.close());

/** What the hook was told when a run failed with this code: the states, in order. */
async function toldAfter(code: string): Promise<unknown[]> {
  const before = hook.hits.length;
  const config = { webhook: `${hook.url}/ended`, allowHosts: [hook.pair], dryRun: false, out: '/out/a' };
  const failure = new CanopyError({ kind: 'transient', code, message: 'It ended.' });
  const warned: string[] = [];
  const run = toldWhenEnded(
    config as unknown as MonitorConfig,
    (line) => warned.push(line),
    () => Promise.reject(failure),
  );
  await expect(run).rejects.toBe(failure);
  expect(warned).toEqual([]);
  return hook.hits.slice(before).map(({ body }) => (JSON.parse(body) as { state: unknown }).state);
}

describe('the webhook of a run that does not finish', () => {
  it.each([
    ['E_DISK_FULL', ['failed']],
    ['E_CANCELLED', ['cancelled']],
  ])('is told once after %s: %j', async (code, told) => {
    expect(await toldAfter(code)).toEqual(told);
  });

  it('is told nothing, 0 times, when another coordinator has taken the run over', async () => {
    expect(await toldAfter('E_RUN_TAKEN_OVER')).toEqual([]);
  });
});
