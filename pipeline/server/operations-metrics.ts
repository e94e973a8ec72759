import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type OperationsView, type RunDetail, WORK_STATES } from '../../shared/operations.ts';
import type { OperationsFeed } from './operations-feed.ts';
import { OPERATIONS_SCHEMAS } from './operations-schemas.ts';

/** Units by what an operator knows them as. */
const UNIT_STATES = ['due', 'running', 'done', 'dead'] as const;

/** Adds `/metrics`: runs as they are known at that moment, and the process of the server. */
export function registerMetrics(app: FastifyInstance, feed: OperationsFeed): void {
  const { registry, set } = createFigures();
  app.get('/metrics', { schema: OPERATIONS_SCHEMAS.metrics }, async (_request, reply) => {
    // What the process is doing is worth knowing also while no run can be read.
    set(await feed.read().catch(() => null));
    return reply
      .type(registry.contentType)
      .header('cache-control', 'no-store')
      .send(await registry.metrics());
  });
}

function createFigures() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['run'] as const;
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });
  const figures = {
    up: new Gauge({ name: 'canopy_operations_up', help: 'Whether runs could be read', registers }),
    info: new Gauge({ name: 'canopy_run_info', help: 'Name of a run', labelNames: ['run', 'label'], registers }),
    units: new Gauge({ name: 'canopy_units', help: 'Units of work', labelNames: ['run', 'state'], registers }),
    state: new Gauge({
      name: 'canopy_run_state',
      help: '1 for the state a run is in, 0 for the others',
      labelNames: ['run', 'state'],
      registers,
    }),
    done: counter('canopy_units_done_total', 'Units done'),
    failed: counter('canopy_failed_attempts_total', 'Attempts that failed or whose worker was lost'),
    dead: gauge('canopy_dead_letters', 'Units given up'),
    workers: gauge('canopy_workers', 'Processes that have taken units'),
  };
  const set = (view: OperationsView | null) => {
    for (const figure of Object.values(figures)) figure.reset();
    figures.up.set(view === null ? 0 : 1);
    for (const detail of view?.runs ?? []) setRun(figures, detail);
  };
  return { registry, set };
}

type Figures = Readonly<
  Record<'info' | 'units' | 'state' | 'dead' | 'workers', Gauge> & Record<'done' | 'failed', Counter>
>;

function setRun(figures: Figures, { run: { id, label, state, units, failedAttempts }, workers }: RunDetail): void {
  const run = { run: id };
  figures.info.set({ ...run, label }, 1);
  for (const one of UNIT_STATES) figures.units.set({ ...run, state: one }, units[one]);
  for (const one of WORK_STATES) figures.state.set({ ...run, state: one }, one === state ? 1 : 0);
  figures.done.inc(run, units.done);
  figures.failed.inc(run, failedAttempts);
  figures.dead.set(run, units.dead);
  figures.workers.set(run, workers.length);
}
