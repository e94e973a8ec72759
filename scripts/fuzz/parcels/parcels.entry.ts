// `npm run fuzz -- parcels [--inputs 20000] [--seed 1] [--formats kml,csv]`: harms well-formed parcel files and reads them;
// see run.ts. `--only I --formats F` runs input I of format F alone and tells its story, `--save FILE` keeps its bytes.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PARCEL_FORMATS, type ParcelFormat } from '../../../shared/parcel-check.ts';
import { makeParcelInput } from './input.ts';
import { runParcelBatch } from './reading.ts';
import { type FormatTally, runParcelFuzz } from './run.ts';
import { makeParcelSeeds } from './seeds.ts';

const PROCESSES = 2;
const PROGRESS_MS = 2000;

async function main(): Promise<void> {
  const names = ['inputs', 'seed', 'formats', 'only', 'save', 'processes'] as const;
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options, allowPositionals: true });
  const numberOf = (name: string, otherwise: number) => {
    const text = values[name];
    if (text === undefined) return otherwise;
    if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
    throw new Error(`--${name} wants a whole number of up to 9 digits, got "${text}".`);
  };
  const formats = formatsOf(values.formats as string | undefined);
  const [runSeed, inputs] = [numberOf('seed', 1), numberOf('inputs', 20_000)];
  if (values.only !== undefined) {
    return tellOne(formats[0]!, { runSeed, index: numberOf('only', 0) }, values.save as string | undefined);
  }
  await fuzz(formats, { runSeed, inputs, processes: Math.max(1, numberOf('processes', PROCESSES)) });
}

function formatsOf(text: string | undefined): readonly ParcelFormat[] {
  if (text === undefined) return PARCEL_FORMATS;
  const formats = PARCEL_FORMATS.filter((format) => text.split(',').includes(format));
  if (formats.length === text.split(',').length) return formats;
  throw new Error(`--formats wants some of ${PARCEL_FORMATS.join(', ')} with commas between them, got "${text}".`);
}

async function fuzz(
  formats: readonly ParcelFormat[],
  { runSeed, inputs, processes }: { runSeed: number; inputs: number; processes: number },
): Promise<void> {
  const start = performance.now();
  let isStopped = false;
  process.once('SIGINT', () => {
    isStopped = true;
  });
  let saidMs = start;
  const total = inputs * formats.length;
  const onProgress = (tally: FormatTally) => {
    if (performance.now() - saidMs < PROGRESS_MS) return;
    saidMs = performance.now();
    const done = formats.indexOf(tally.format) * inputs + tally.inputs;
    const left = ((saidMs - start) / 1000 / done) * (total - done);
    const rate = Math.round(tally.inputs / tally.seconds);
    console.error(
      `${tally.format}: ${comma(tally.inputs)} of ${comma(inputs)}, ${rate} a second, ${tally.failures.length} failures; about ${Math.round(left)} s left for all`,
    );
  };
  console.error(
    `Fuzzing the readers of ${formats.join(', ')}, seed ${runSeed}, ${processes} processes; Ctrl-C ends it with what is known by then.`,
  );
  const tallies = await runParcelFuzz({ formats, inputs, runSeed, processes, isStopped: () => isStopped, onProgress });
  report(tallies, { runSeed, seconds: (performance.now() - start) / 1000, isStopped });
}

function report(
  tallies: readonly FormatTally[],
  { runSeed, seconds, isStopped }: { runSeed: number; seconds: number; isStopped: boolean },
): void {
  console.log('format        inputs    read  refused  failures  a second  slowest  most memory');
  for (const { format, inputs, read, refused, failures, slowestMs, peakRssBytes, seconds: took } of tallies) {
    const cells = [
      comma(inputs).padStart(8),
      comma(read).padStart(8),
      comma(refused).padStart(9),
      String(failures.length).padStart(10),
    ];
    const more = [
      String(Math.round(inputs / took)).padStart(10),
      `${slowestMs.toFixed(0)} ms`.padStart(9),
      `${(peakRssBytes / 2 ** 20).toFixed(0)} MiB`.padStart(13),
    ];
    console.log(`${format.padEnd(12)}${cells.join('')}${more.join('')}`);
  }
  const failures = tallies.flatMap((tally) => tally.failures);
  for (const { format, index, what, story } of failures.slice(0, 40)) {
    console.log(`\n${what}: npm run fuzz -- parcels --formats ${format} --seed ${runSeed} --only ${index}\n  ${story}`);
  }
  const inputs = tallies.reduce((sum, tally) => sum + tally.inputs, 0);
  const took = `${comma(inputs)} inputs in ${seconds.toFixed(0)} s`;
  if (failures.length > 0) {
    console.log(`\nFailed: ${failures.length} of ${took} were not dealt with as they must be.`);
    process.exitCode = 1;
  } else if (isStopped || inputs === 0) {
    console.log(`\nStopped on request: ${took}, none of which did harm.`);
    process.exitCode = 130;
  } else
    console.log(
      `\nAll ${took}: read or refused in words, no crash, no connection, each under 1 s of processor time and 512 MiB.`,
    );
}

async function tellOne(
  format: ParcelFormat,
  number: { runSeed: number; index: number },
  path: string | undefined,
): Promise<void> {
  const seeds = await makeParcelSeeds();
  const { story, bytes } = await makeParcelInput(seeds, { format, ...number });
  console.log(`Input ${number.index} of ${format}, seed ${number.runSeed}, ${bytes.length} bytes: ${story}.`);
  if (path !== undefined) writeFileSync(path, bytes);
  const result = await runParcelBatch(seeds, { format, runSeed: number.runSeed, firstIndex: number.index, count: 1 });
  console.log(
    `${result.read === 1 ? 'read' : `refused ${Object.keys(result.codes).join('')}`} in ${result.slowestMs.toFixed(1)} ms`,
  );
  for (const { what, story: told } of result.failures) console.log(`${what}: ${told}`);
  if (result.failures.length > 0) process.exitCode = 1;
}

function comma(count: number): string {
  return count.toLocaleString('en');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
