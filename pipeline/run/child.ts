// Program of a child process: computes the tasks that its parent sends.
import { answerTasks } from '../workers/contract.ts';
import { runTask } from './tasks.ts';

answerTasks(runTask);
