// Program of a child process: reads parcel files that anybody may have made, and nothing else.
import { Socket } from 'node:net';
import { answerTasks } from '../workers/contract.ts';
import { runImport } from './import-task.ts';

// Nothing here wants the network; whatever a file may bring a library to do, it does not get there.
Socket.prototype.connect = () => {
  throw new Error('The reader of parcel files opens no connection.');
};

answerTasks(runImport);
