import { describe, expect, it } from 'vitest';
import { type Sent, sendEach } from '../../../viewer/offline/send-each.ts';
import { registeredAs } from '../../../viewer/register/registered-as.ts';

interface Parcel {
  readonly name: string;
}

async function run(queue: Parcel[], onSend: (one: Parcel) => Sent): Promise<{ sent: string[]; outcome: Sent }> {
  const sent: string[] = [];
  const outcome = await sendEach(
    () => queue[0],
    async (one) => {
      await Promise.resolve();
      sent.push(one.name);
      return onSend(one);
    },
  );
  return { sent, outcome };
}

describe('what waits to be handed in', () => {
  it('goes out as a whole, what is handed in while the first of 2 is on its way too', async () => {
    const queue = [{ name: 'a' }, { name: 'b' }];
    const { sent, outcome } = await run(queue, ({ name }) => {
      queue.shift();
      if (name === 'a') queue.push({ name: 'c' });
      return 'done';
    });
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(outcome).toBe('done');
  });

  it('stays after the 1st that has to be tried again', async () => {
    const { sent, outcome } = await run([{ name: 'a' }, { name: 'b' }], () => 'later');
    expect(sent).toEqual(['a']);
    expect(outcome).toBe('later');
  });

  it('is sent once where it waits on unchanged, and twice where it was changed', async () => {
    expect(await run([{ name: 'a' }], () => 'done')).toEqual({ sent: ['a'], outcome: 'later' });
    const queue = [{ name: 'a' }];
    const { sent } = await run(queue, ({ name }) => {
      queue.shift();
      if (name === 'a') queue.push({ name: 'a as a change' });
      return 'done';
    });
    expect(sent).toEqual(['a', 'a as a change']);
  });

  it('names the parcel that a draft became where the answer was lost', () => {
    const message =
      'This draft was registered as parcel "copargo-0007" already, in another form. Open that parcel and make the change there.';
    expect(registeredAs(message)).toBe('copargo-0007');
    expect(registeredAs('The same draft comes twice in the request. Send it once.')).toBeNull();
  });
});
