import { buffersOf, type EncodedSuperBlock, encodeSuperBlock } from '../cog/assemble-block.ts';
import { answerThread } from '../workers/thread-contract.ts';
import { type ChangeSetup, createSuperBlockMaker } from './change-super.ts';
import { createLazyEgress } from './lazy-egress.ts';
import type { ChangeTask } from './ndvi-change.ts';

/** A thread of `canopy ndvi-change`: computes super-blocks of the full size and encodes those of the overviews. */
answerThread<ChangeSetup, ChangeTask, EncodedSuperBlock>(async (setup) => {
  const make = await createSuperBlockMaker(setup, createLazyEgress(setup.allowHosts));
  return async ({ at, pixels }) => {
    const result = pixels === undefined ? await make(at) : encodeSuperBlock(setup.plan, at, pixels);
    return { result, transfer: buffersOf(result) };
  };
});
