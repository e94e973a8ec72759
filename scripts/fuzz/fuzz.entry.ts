// `npm run fuzz -- --seconds N --seed S`: harms well-formed TIFFs in known ways and reads them; see run.ts.
// `--inputs N` ends after so many; `--only I` runs input I alone and tells its story, `--save FILE` keeps its bytes.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runBatch } from './batch.ts';
import { makeCorpus, type Seed } from './corpus.ts';
import { misreadSeeds } from './expected.ts';
import { makeInput } from './mutate.ts';
import { runFuzz } from './run.ts';
import { SEED_FOLDER } from './settings.ts';
import { formatSummary, formatTable, type Tally } from './tally.ts';

const PROCESSES = 2;
const PROGRESS_MS = 2000;
const COMPARED =
  'the value and validity of every cell and the number of missing blocks; not the parsing of the header, which is shared, nor the Zstandard decoder, which both use';

async function main(): Promise<void> {
  const names = ['seconds', 'seed', 'inputs', 'only', 'save'] as const;
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const numberOf = (name: string, otherwise: number) => {
    const text = values[name];
    if (text === undefined) return otherwise;
    if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
    throw new Error(`--${name} wants a whole number of up to 9 digits, got "${text}".`);
  };
  const runSeed = numberOf('seed', 1);
  const corpus = await makeCorpus(SEED_FOLDER);
  const problems = await misreadSeeds(corpus);
  if (problems.length > 0) {
    console.log(`Failed: ${problems.length} unharmed files are not read as they were made.\n${problems.join('\n')}`);
    process.exitCode = 1;
    return;
  }
  console.error(`All ${corpus.length} unharmed files are read as they were made.`);
  if (values.only !== undefined)
    return tellOne(corpus, { runSeed, index: numberOf('only', 0) }, values.save as string | undefined);
  const maxInputs = numberOf('inputs', Number.POSITIVE_INFINITY);
  const maxSeconds = numberOf('seconds', values.inputs === undefined ? 60 : Number.POSITIVE_INFINITY);
  const limit = { maxInputs, maxSeconds };
  await fuzz(runSeed, limit);
}

async function fuzz(runSeed: number, limit: { maxInputs: number; maxSeconds: number }): Promise<void> {
  const startMs = performance.now();
  const secondsSince = () => (performance.now() - startMs) / 1000;
  let isStopped = false;
  process.once('SIGINT', () => {
    isStopped = true;
  });
  let saidMs = startMs;
  const onProgress = (tally: Tally) => {
    if (performance.now() - saidMs < PROGRESS_MS) return;
    saidMs = performance.now();
    console.error(progressOf(tally, secondsSince(), limit));
  };
  console.error(
    `Fuzzing the TIFF reader, seed ${runSeed}, ${PROCESSES} processes; Ctrl-C ends it with what is known by then.`,
  );
  const tally = await runFuzz({ runSeed, ...limit, processes: PROCESSES, isStopped: () => isStopped, onProgress });
  console.log(`${formatTable(tally)}\n${formatSummary(tally, secondsSince())}`);
  for (const { index, what, story } of tally.failures.slice(0, 50)) {
    console.log(`\n${what}: npm run fuzz -- --seed ${runSeed} --only ${index}\n  ${story}`);
  }
  if (tally.failures.length > 0 || tally.inputs === 0) {
    console.log(`\nFailed: ${tally.failures.length} of ${tally.inputs} inputs were not dealt with as they must be.`);
    process.exitCode = 1;
  } else
    console.log(
      `All ${tally.inputs.toLocaleString('en')} inputs were refused, or read as the second opinion reads them: ${COMPARED}.`,
    );
}

function progressOf(tally: Tally, seconds: number, limit: { maxInputs: number; maxSeconds: number }): string {
  const rate = tally.inputs / seconds;
  const left = Math.min((limit.maxInputs - tally.inputs) / rate, limit.maxSeconds - seconds);
  return `${tally.inputs.toLocaleString('en')} inputs, ${Math.round(rate)} a second, ${tally.failures.length} failures, about ${Math.max(0, Math.round(left))} s left`;
}

async function tellOne(
  corpus: readonly Seed[],
  { runSeed, index }: { runSeed: number; index: number },
  path: string | undefined,
): Promise<void> {
  const { story, bytes } = makeInput(corpus, runSeed, index);
  console.log(`Input ${index} of seed ${runSeed}, ${bytes.length} bytes: ${story}.`);
  if (path !== undefined) writeFileSync(path, bytes);
  const result = await runBatch(corpus, new Map(), { runSeed, firstIndex: index, count: 1 });
  const [[, outcomes]] = Object.entries(result.counts) as [[string, object]];
  console.log(`${Object.keys(outcomes)[0]} ${Object.keys(result.codes).join('')} in ${result.slowestMs.toFixed(1)} ms`);
  for (const failure of result.failures) console.log(`${failure.what}: ${failure.story}`);
  if (result.failures.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
