import type { RunInfo } from '../../shared/api.ts';
import { LayerCard } from './LayerCard.tsx';
import { Legend } from './Legend.tsx';

/** Layers, comparison and legend as one list, for a phone. */
export default function LayerSheet({ run }: { run: RunInfo }) {
  return (
    <>
      <LayerCard run={run} />
      <Legend run={run} />
    </>
  );
}
