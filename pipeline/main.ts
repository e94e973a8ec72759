import { CanopyError, toErrorDetail } from '../shared/errors.ts';
import type { Command } from './commands/command.ts';
import { environment } from './config.ts';
import { terminalText } from './terminal-text.ts';

/** The commands of `canopy`: name → loader, so that a command's packages are read only when it runs. */
const COMMANDS: Record<string, { summary: string; load: () => Promise<Command> }> = {
  monitor: {
    summary: 'scenes and parcels to results, layers and tables',
    load: async () => (await import('./commands/monitor.ts')).monitorCommand,
  },
  serve: {
    summary: 'show results in a browser: the map, an API and tiles, on this machine only',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  verify: {
    summary: 'prove that files, rows and a sample of units are what a run made',
    load: async () => (await import('./commands/verify.ts')).verifyCommand,
  },
  index: {
    summary: 'a vegetation index of one scene as a COG',
    load: async () => (await import('./commands/index-layer.ts')).indexCommand,
  },
  composite: {
    summary: 'one image of several dates: median, medoid or percentile',
    load: async () => (await import('./commands/composite.ts')).compositeCommand,
  },
  'ndvi-change': {
    summary: 'the change of NDVI between two dates of one tile as a COG',
    load: async () => (await import('./commands/ndvi-change.ts')).ndviChangeCommand,
  },
  zonal: {
    summary: 'exact statistics of any raster for every parcel of a file',
    load: async () => (await import('./commands/zonal.ts')).zonalCommand,
  },
  parcels: {
    summary: 'check, import, export and judge the parcels of a twin',
    load: async () => (await import('./commands/parcels.ts')).parcelsCommand,
  },
  suggest: {
    summary: 'land on which trees could grow, cut into parcels and ranked',
    load: async () => (await import('./commands/suggest.ts')).suggestCommand,
  },
  breaks: {
    summary: 'whether and when a series leaves its own season',
    load: async () => (await import('./commands/breaks.ts')).breaksCommand,
  },
  calibrate: {
    summary: 'fit tree cover to dry-season NDVI, with its error on ground that the fit has not seen',
    load: async () => (await import('./commands/calibrate.ts')).calibrateCommand,
  },
  status: {
    summary: 'how a run is: units by state, time left, workers, units that were given up',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  retry: {
    summary: 'have units that were given up computed again',
    load: async () => (await import('./commands/retry.ts')).retryCommand,
  },
  cancel: {
    summary: 'stop a run that is under way; what is finished is kept',
    load: async () => (await import('./commands/cancel.ts')).cancelCommand,
  },
  worker: {
    summary: 'compute units that a run has put on a Redis queue',
    load: async () => (await import('./commands/worker.ts')).workerCommand,
  },
};

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  const entry = name === undefined ? undefined : COMMANDS[name];
  if (!entry) {
    const isQuestion = name === undefined || name === '--help' || name === 'help';
    if (!isQuestion) process.stderr.write(`canopy: There is no command "${name}".\n\n`);
    // An answer goes to standard output, a complaint to standard error.
    (isQuestion ? process.stdout : process.stderr).write(`${overview()}\n`);
    return isQuestion ? 0 : 2;
  }
  const command = await entry.load();
  if (rest.includes('--help')) {
    process.stdout.write(`${(await command.usageOf?.(rest)) ?? command.usage}\n`);
    return 0;
  }
  const abort = new AbortController();
  const stop = () => {
    // A second signal leaves at once; what is written is whole, because files are renamed into place.
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return command.run(rest, {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    isTty: process.stderr.isTTY === true,
    env: environment(),
    signal: abort.signal,
  });
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(11)} ${summary}`);
  return ['canopy <command> [flags]', '', ...lines, '', 'canopy <command> --help lists the flags of a command.'].join(
    '\n',
  );
}

main(process.argv.slice(2)).then(
  (code) => leave(code),
  (error: unknown) => {
    const detail = toErrorDetail(error);
    const isExpected = error instanceof CanopyError && detail.kind !== 'bug';
    const message = terminalText(detail.message);
    process.stderr.write(
      isExpected ? `canopy: ${message}\n` : `canopy: unexpected error (${detail.code}): ${message}\n`,
    );
    // A script that asked for one JSON document gets one on failure too.
    if (process.argv.includes('--json'))
      process.stdout.write(`${JSON.stringify({ kind: 'error', error: detail }, null, 2)}\n`);
    leave(detail.kind === 'usage' ? 2 : 1);
  },
);

/** Exits once a pipe has taken what was written: a pipe is slower than we are, and what it has not taken would be lost. */
function leave(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
