import { toErrorDetail } from '../../shared/errors.ts';
import type { MonitorConfig } from '../config.ts';
import { createLazyEgress } from './lazy-egress.ts';
import type { MonitorOutcome } from './monitor.ts';

/** What is sent to `--webhook` when a run ends. Names no parcel and no person. */
interface RunEnded {
  readonly format: 'twin-canopy-run-ended/1';
  readonly state: 'finished' | 'failed' | 'cancelled';
  readonly out: string;
  readonly runId: string | null;
  readonly parcels: { readonly ok: number; readonly noData: number } | null;
  readonly leftOut: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * Does a run and tells `--webhook` how it ended, whichever way. A hook that cannot be told costs a line in the log, not the
 * run. A dry run tells nobody, nor does one that another coordinator has taken over.
 */
export async function toldWhenEnded(
  config: MonitorConfig,
  warn: (line: string) => void,
  run: () => Promise<MonitorOutcome>,
): Promise<MonitorOutcome> {
  if (config.webhook === null || config.dryRun) return run();
  const { out } = config;
  try {
    const outcome = await run();
    await tell(config, warn, describeOutcome(out, outcome));
    return outcome;
  } catch (error) {
    const { code, message } = toErrorDetail(error);
    // The run goes on: the coordinator that has it now tells how it ends.
    if (code === 'E_RUN_TAKEN_OVER') throw error;
    const state = code === 'E_CANCELLED' ? 'cancelled' : 'failed';
    const nothing = { runId: null, parcels: null, leftOut: null };
    await tell(config, warn, { format: 'twin-canopy-run-ended/1', state, out, ...nothing, error: { code, message } });
    throw error;
  }
}

function describeOutcome(out: string, outcome: MonitorOutcome): RunEnded {
  const ended = { format: 'twin-canopy-run-ended/1', state: 'finished', out, error: null } as const;
  if (outcome.kind === 'planned') return { ...ended, runId: null, parcels: null, leftOut: null };
  const { record, parcels, leftOut } = outcome.summary;
  return { ...ended, runId: record.id, parcels, leftOut: leftOut.length };
}

async function tell({ webhook, allowHosts }: MonitorConfig, warn: (line: string) => void, body: RunEnded) {
  const egress = createLazyEgress(allowHosts);
  try {
    await egress.postJson(webhook!, body);
  } catch (error) {
    // Paths of such addresses are often their password.
    const { code } = toErrorDetail(error);
    warn(`The webhook at ${new URL(webhook!).host} could not be told that the run has ${body.state} (${code}).`);
  } finally {
    await egress.close();
  }
}
