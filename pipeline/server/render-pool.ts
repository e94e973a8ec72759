import { builtProgram } from '../workers/built-program.ts';
import { createPool, type Pool } from '../workers/pool.ts';
import type { Rendered, RenderTask } from './render-tasks.ts';

/** A tile takes milliseconds; one that takes this long is stuck in a broken file. */
const TIMEOUT_MS = 20_000;
const MAX_RSS_BYTES = 768 * 2 ** 20;

/** Children that draw, started when first needed and killed when a file takes them over a limit. */
export function createRenderPool(options: {
  readonly size: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program, for tests. */
  readonly script?: string;
}): Pool<RenderTask, Rendered> {
  const { size, env = {}, script = builtProgram('pipeline/server/render-child.js') } = options;
  return createPool<RenderTask, Rendered>({ script, size, env, timeoutMs: TIMEOUT_MS, maxRssBytes: MAX_RSS_BYTES });
}
