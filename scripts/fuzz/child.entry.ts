// The process that reads harmed files for the fuzzer: killed by its parent where it hangs or grows too large.
import { answerTasks } from '../../pipeline/workers/contract.ts';
import { type FuzzResult, type FuzzTask, runBatch } from './batch.ts';
import { makeCorpus } from './corpus.ts';
import { SEED_FOLDER } from './settings.ts';

const corpus = makeCorpus(SEED_FOLDER);
const truths: Parameters<typeof runBatch>[1] = new Map();

answerTasks<FuzzTask, FuzzResult>(async (task, report) =>
  // The parent names the input by this note when it has to kill this process.
  runBatch(await corpus, truths, task, (index) => report({ file: `${index}` })),
);
