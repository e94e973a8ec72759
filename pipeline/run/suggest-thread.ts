import { type FoundLand, findLand, type SuggestImage } from '../suggest/find-land.ts';
import type { SuggestSettings } from '../suggest/settings.ts';
import { answerThread } from '../workers/thread-contract.ts';

/** One image; its planes lie in shared memory. */
export interface SuggestThreadTask {
  readonly image: SuggestImage;
  readonly settings: SuggestSettings;
}

// In a thread of its own, so that the command hears Ctrl-C while land is being cut.
answerThread<null, SuggestThreadTask, FoundLand>(async () => async ({ image, settings }) => ({
  result: findLand(image, settings),
}));
