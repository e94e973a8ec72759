// The process that reads harmed parcel files for the fuzzer: killed by its parent where it hangs or grows too large.
import { answerTasks } from '../../../pipeline/workers/contract.ts';
import { denyNetwork } from './no-network.ts';
import { type ParcelResult, type ParcelTask, runParcelBatch } from './reading.ts';
import { makeParcelSeeds } from './seeds.ts';

denyNetwork();
const seeds = makeParcelSeeds();

answerTasks<ParcelTask, ParcelResult>(async (task, report) =>
  // The parent names the input by this note when it has to kill this process.
  runParcelBatch(await seeds, task, { onInput: (index) => report({ file: `${index}` }) }),
);
