import { sha256OfBytes } from '../../pipeline/store/files.ts';
import { digestOf } from './invariants.ts';
import { type ChaosRow, rowOf } from './row.ts';
import { type Act, type Played, play, type Stage } from './stage.ts';
import { makeUnitFile, unitKeys } from './unit.ts';

const DELAY_MS = [2, 20] as const;

/** The same units one, two and eight at a time, in another order, and killed and resumed: one hash. */
export async function chaosHash(stage: Stage, { units }: { readonly units: number }): Promise<ChaosRow> {
  const act = (name: string, concurrency: number): Act => {
    return { name: `hash-${name}`, units, workers: 1, concurrency, delayMs: DELAY_MS };
  };
  const quietly = async () => {};
  const played: Played[] = [];
  for (const concurrency of [1, 2, 8]) played.push(await play(stage, act(`${concurrency}`, concurrency), quietly));
  played.push(await play(stage, { ...act('shuffled', 2), shuffleSeed: stage.seed + 1 }, quietly));
  played.push(
    await play(stage, act('resumed', 2), async (fleet) => {
      await fleet.untilDone(Math.floor(units / 3));
      await fleet.killCoordinator();
      await fleet.killWorker(Math.random);
    }),
  );
  const hashes = new Set(played.map(({ findings }) => findings.digest));
  const wanted = digestOf(expectedResults(stage.seed, units));
  const problems =
    hashes.size === 1 && hashes.has(wanted)
      ? []
      : [`${hashes.size} hashes: ${[...hashes].join(', ')}; wanted ${wanted}`];
  const asked = `concurrency 1, 2, 8; shuffled; killed and resumed: one hash, ${units} units each`;
  return rowOf('Same bytes', asked, played, { happened: `${hashes.size} hash: ${wanted.slice(0, 16)}…`, problems });
}

function expectedResults(seed: number, units: number) {
  return unitKeys(seed, units).map((key) => ({ key, sha256: sha256OfBytes(makeUnitFile(seed, key)) }));
}
