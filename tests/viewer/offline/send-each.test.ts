import { describe, expect, it } from 'vitest';
import type { CheckedParcel, CheckFinding } from '../../../shared/parcel-check.ts';
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
    const refusedFor = (values: CheckFinding['values']): CheckedParcel => ({
      index: 0,
      id: '1 of the request',
      parcelHa: 1,
      verdict: 'refused',
      findings: [{ rule: 'draft-used', severity: 'error', message: '', values, place: null, proposal: null }],
    });
    expect(registeredAs([refusedFor({ parcelId: 'copargo-0007' })])).toBe('copargo-0007');
    expect(registeredAs([refusedFor({})])).toBeNull();
    expect(registeredAs([])).toBeNull();
  });
});
