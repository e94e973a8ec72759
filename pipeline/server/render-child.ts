// Program of a child process that draws: tiles of layers and pictures of acquisitions.
import { answerTasks } from '../workers/contract.ts';
import { runRenderTask } from './render-tasks.ts';

answerTasks(runRenderTask);
