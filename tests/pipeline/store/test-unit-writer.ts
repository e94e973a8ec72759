import { openUnitStore, type UnitStep } from '../../../pipeline/store/unit-store.ts';

/** What the test wants of a writer in a process of its own: one file, filled with one letter. */
export interface WriteOrder {
  readonly name: string;
  readonly letter: string;
  readonly bytes: number;
}

// Arguments: the folder and, to be killed there as by kill -9, a step. Orders come and answers go as messages.
const [folder = '', killAt] = process.argv.slice(2);

const store = await openUnitStore(folder, {
  onStep: (step: UnitStep) => {
    if (step === killAt) process.kill(process.pid, 'SIGKILL');
  },
});
process.on('message', async ({ name, letter, bytes }: WriteOrder) => {
  process.send!(await store.putOnce(name, Buffer.alloc(bytes, letter)));
});
process.send!('ready');
