import { lightFires } from './fire.ts';
import { type Frame, makeFrame } from './frame.ts';
import { makeGround } from './ground.ts';
import { writeStories } from './history.ts';
import { placeParcels } from './parcels.ts';
import type { DemoSettings } from './settings.ts';
import type { Landscape } from './surface.ts';

/** Everything that depends on settings and seed alone; each process that writes scenes makes it anew, and equal. */
export function makeLandscape(settings: DemoSettings): { frame: Frame; landscape: Landscape } {
  const frame = makeFrame(settings);
  const ground = makeGround(settings);
  const stories = writeStories(settings, ground, placeParcels(settings, frame, ground));
  return { frame, landscape: { settings, ground, stories, fires: lightFires(settings, ground, stories) } };
}
