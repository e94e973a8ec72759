// A thread of `breaks-run.entry.ts`: judges a range of pixels of the stack that all threads share.
import { createBreakMonitor } from '../../pipeline/change/break-monitor.ts';
import { createBreakLayers, judgeStack } from '../../pipeline/change/break-stack.ts';
import { answerThread } from '../../pipeline/workers/thread-contract.ts';
import type { BreaksSetup, BreaksTask, BreaksVerdicts } from './breaks-run.entry.ts';
import { benchAxis, DATES, NODATA } from './breaks-stack.ts';

answerThread<BreaksSetup, BreaksTask, BreaksVerdicts>(async ({ settings, pixelCount, values }) => {
  const monitor = createBreakMonitor(benchAxis(), settings);
  const stack = { values: new Int16Array(values), slotCount: DATES, pixelCount, nodata: NODATA, scale: 1e-4 };
  const layers = createBreakLayers(pixelCount);
  return async ({ from, to }) => {
    judgeStack(monitor, stack, { layers, from, to });
    const { breakSlot, magnitude, historyCount } = layers;
    let flagged = 0;
    for (let pixel = from; pixel < to; pixel += 1) if (breakSlot[pixel]! >= 0) flagged += 1;
    return {
      result: {
        flagged,
        breakSlot: breakSlot.slice(from, to),
        magnitude: magnitude.slice(from, to),
        historyCount: historyCount.slice(from, to),
      },
    };
  };
});
