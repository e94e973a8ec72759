import { readMonitorConfig } from '../config.ts';
import { createJournal } from '../queue/journal.ts';
import { workerName } from '../queue/worker-name.ts';
import { type MonitorOutcome, runMonitor } from '../run/monitor.ts';
import { toldWhenEnded } from '../run/webhook.ts';
import type { Command, CommandContext } from './command.ts';

const USAGE = `canopy monitor --parcels P.geojson --catalog DIR|URL --baseline A/B --period C/D --out DIR
canopy monitor --project project.json --out DIR

Measures every parcel on every acquisition of two periods, composites both, and compares them.

  --project FILE       project file with parcels, catalog, periods, season, mask, thresholds, endpoints; flags win over it
  --parcels FILE       GeoJSON in lon/lat          --id-field NAME   property that holds the parcel id
  --catalog PLACE      STAC catalogue, collection, item, ItemCollection or folder; or the URL of one or of a STAC API
  --collections A,B    only these collections
  --baseline A/B       UTC days, both included     --period C/D      monitoring period
  --season 11,12,1     months that enter composites and change (default: all)
  --min-clear N        clear acquisitions needed in each period (default 3)
  --keep-scl 4,5,6,7   scene classes that count as clear        --dilate-m M   widens what is not clear by M metres
  --composite median | percentile:P
  --cover-model FILE   tree cover by a model of canopy calibrate instead of the dimidiate pixel model
  --harmonise          brings NDVI of all sensors to that of Landsat 8, so that they may be mixed
  --order 1|2|3  --trend|--no-trend  --history all|roc  --h 0.25|0.5|1  --level L   how breaks of a series are found (1, no trend, all, 0.25, 0.05)
  --min-magnitude M    smallest departure from the season that counts (default 0.1)
  --consecutive N      observations in a row that confirm a change (default 3)
  --no-burn-removal  --no-outlier-rule  --no-change   leaves out that step, or change over time altogether
  --controls K         control areas of each parcel (default 5; 0 = none)   --seed N   of their pool (default 1)
  --runner local | redis://HOST:PORT               --workers N       child processes (default: the processors)
  --database postgres://…  results and the record of work in PostgreSQL instead of the output folder (or CANOPY_DATABASE_URL)
  --store DIR|s3://BUCKET/PREFIX   where workers of a fleet leave units, when they do not see the output folder
  --hold               waits for a person when units were given up, instead of leaving them out (canopy retry)
  --only-tiles A,B  --only-parcels A,B  --only-days A/B   cuts the run to a part, into a folder of its own
  --webhook URL        is sent a JSON document when the run ends       --log text|json   form of the messages
  --cache DIR          keeps ranges of remote files here for later runs   --cache-mb N   at most this much (default 2048)
  --allow-host HOST:PORT   lets the run reach this host, plain http and loopback included; may be repeated
  --dry-run            says what would be read and how long it would take
  --json               one JSON document on standard output

Exit codes: 0 finished · 1 failed · 2 wrong use · 3 finished, some things left out (listed).`;

export const monitorCommand: Command = {
  name: 'monitor',
  usage: USAGE,
  async run(argv, context) {
    const config = await readMonitorConfig(argv, context.env);
    const journal = createJournal(config.logForm, workerName(), context.stderr, Date.now);
    const outcome = await toldWhenEnded(
      config,
      (message) => journal({ level: 'warn', event: 'webhook', message }),
      () =>
        runMonitor(config, {
          say: (message) => journal({ level: 'info', event: 'run', message }),
          // A bar is for people; a machine that reads the log has `canopy status --json`.
          write: config.logForm === 'json' ? () => {} : context.stderr,
          isTty: context.isTty,
          signal: context.signal,
        }),
    );
    if (config.json) context.stdout(`${JSON.stringify(toJson(outcome), null, 2)}\n`);
    return outcome.kind === 'planned' ? tellPlan(outcome, context) : tellSummary(outcome, context);
  },
};

function tellPlan(
  { prepared, estimate }: Extract<MonitorOutcome, { kind: 'planned' }>,
  context: CommandContext,
): number {
  const { plan, refused, superseded } = prepared;
  for (const { scene } of plan.scenes) context.stderr(`  ${scene.datetime.slice(0, 10)}  ${scene.id}\n`);
  for (const { reason } of superseded) context.stderr(`  superseded: ${reason}\n`);
  for (const { id, reason } of refused) context.stderr(`  refused: ${id}: ${reason}\n`);
  context.stderr(
    `Dry run: ${estimate.scenes} scenes, ${plan.parcels.length} parcels, ${estimate.units} units, ${formatBytes(estimate.bytes)} to read, about ${Math.max(1, Math.round(estimate.seconds))} s with ${prepared.config.workers} workers. Nothing was computed.\n`,
  );
  return 0;
}

function tellSummary({ summary }: Extract<MonitorOutcome, { kind: 'finished' }>, context: CommandContext): number {
  const { record, parcels, leftOut, stages } = summary;
  context.stderr(`Time: ${stages.map(({ stage, seconds }) => `${stage} ${seconds.toFixed(2)} s`).join(', ')}.\n`);
  for (const line of record.attribution) context.stderr(`${line}\n`);
  if (record.synthetic) context.stderr('Synthetic: this run rests on data made by a generator.\n');
  for (const sentence of leftOut) context.stderr(`Left out: ${sentence}\n`);
  const total = parcels.ok + parcels.noData;
  context.stderr(
    `Finished: ${parcels.ok} of ${total} parcels have a result, ${parcels.noData} have no data (reasons in parcels.csv); ${summary.observations} observations from ${record.scenes.used.length} scenes. Results: ${summary.out}\n`,
  );
  return leftOut.length > 0 ? 3 : 0;
}

function toJson(outcome: MonitorOutcome): unknown {
  if (outcome.kind === 'planned') {
    const { plan, refused, superseded } = outcome.prepared;
    return {
      kind: 'plan',
      estimate: outcome.estimate,
      scenes: plan.scenes.map(({ scene }) => ({ id: scene.id, datetime: scene.datetime, grid: scene.gridKey })),
      parcels: plan.parcels.map(({ id }) => id),
      units: plan.units.map(({ key, gridIndex, window }) => ({ key, grid: plan.grids[gridIndex]!.key, window })),
      superseded,
      refused,
    };
  }
  const { record, out, observations, parcels, leftOut, stages, peakChildrenBytes } = outcome.summary;
  return {
    kind: 'run',
    out,
    id: record.id,
    observations,
    parcels,
    scenes: record.scenes,
    leftOut,
    stages,
    peakChildrenBytes,
    peakCoordinatorBytes: process.resourceUsage().maxRSS * 1024,
    attribution: record.attribution,
    synthetic: record.synthetic,
    outputs: record.outputs,
  };
}

function formatBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
