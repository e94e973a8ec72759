// A worker that claims and finishes units as any other, and computes nothing in between.
import { startBullWorker, type UnitOutput } from '../../pipeline/queue/bullmq-worker.ts';
import { openDatabase } from '../../pipeline/store/database.ts';
import { createWorkBook } from '../../pipeline/store/work-book.ts';
import { writeLine } from '../chaos/write-line.ts';
import { EMPTY, type SimulationLine, type SimulationSettings } from './settings.ts';

const { redisUrl, databaseUrl, concurrency } = JSON.parse(process.argv[2]!) as SimulationSettings;
const tell = (line: SimulationLine) => writeLine(line);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const database = await openDatabase({ url: databaseUrl, folder: '' });
await startBullWorker<object, UnitOutput>({
  redisUrl,
  concurrency,
  compute: async () => EMPTY,
  stopComputing: async () => {},
  book: createWorkBook(database, { say: (line) => tell({ kind: 'said', line }) }),
  signal: stop.signal,
  log: ({ event, message }) => tell(event === 'ready' ? { kind: 'ready' } : { kind: 'said', line: message }),
});
await database.close();
