/** Names where the time of a run goes. Times never enter a result. */
export interface Stopwatch {
  /** Ends the stage under way and names it. */
  lap(stage: string): void;
  readonly stages: () => readonly { readonly stage: string; readonly seconds: number }[];
}

export function createStopwatch(): Stopwatch {
  // From the start of the process, so that start-up counts too.
  let lastMs = 0;
  const stages: { stage: string; seconds: number }[] = [];
  return {
    lap(stage) {
      const nowMs = performance.now();
      stages.push({ stage: stages.length === 0 ? `start-up and ${stage}` : stage, seconds: (nowMs - lastMs) / 1000 });
      lastMs = nowMs;
    },
    stages: () => stages,
  };
}
