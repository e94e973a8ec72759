// Program of the register's thread: opens the database of a register when the first question comes, answers one question
// after the other, closes. A thread, because an embedded database starts with a second or two of work, and checks of
// many parcels take as long: the server must answer others meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorDetail } from '../../shared/errors.ts';
import type { DatabasePlace } from './database.ts';
import type { RegisterCall, RegisterCallOf } from './register-calls.ts';
import type { RegisterReply, RegisterRequest } from './register-contract.ts';
import { openRegisterHere } from './register-here.ts';

const port = parentPort!;
const register = openRegisterHere(workerData as DatabasePlace);
const answer = (message: RegisterReply) => port.postMessage(message);

let tail = Promise.resolve();
port.on('message', (request: RegisterRequest) => {
  tail = tail.then(() => (request.kind === 'close' ? close() : answerOne(request)));
});

async function answerOne({ id, name, of }: Extract<RegisterRequest, { readonly kind: 'call' }>): Promise<void> {
  try {
    answer({
      state: 'answer',
      id,
      value: await register.call(name as RegisterCall, of as RegisterCallOf<RegisterCall>),
    });
  } catch (error) {
    answer({ state: 'refused', id, error: toErrorDetail(error) });
  }
}

async function close(): Promise<void> {
  await register.close().catch(() => {});
  answer({ state: 'closed' });
  port.close();
}
