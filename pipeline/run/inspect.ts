import { type CanopyError, isCanopyError } from '../../shared/errors.ts';
import type { BandName, RefusedScene, Scene } from '../../shared/scene.ts';
import { checkFile } from '../cog/checksum.ts';
import { hasColours } from '../plan.ts';
import { isHttp } from '../stac/href.ts';
import { type BandFiles, isSourceChanged } from './bands.ts';
import { indexDoubt, offsetDoubt } from './pixel-doubt.ts';

/** A scene whose files were opened and agree with its item; without its colours where those could not be opened. */
export interface Inspection {
  readonly scene: Scene;
  readonly identities: Readonly<Partial<Record<BandName, string>>>;
  readonly blockPx: number;
  /** Compressed bytes of the bands that are read, full resolution only. */
  readonly bytes: number;
  readonly pixels: number;
  /** One sentence for each thing of the scene that is not used. */
  readonly warnings: readonly string[];
}

export type InspectResult = { readonly ok: Inspection } | { readonly refused: RefusedScene };

export interface InspectOptions {
  /** These bands and no others. */
  readonly only?: readonly BandName[] | undefined;
  /** Opens swir22 too, where a scene has it. */
  readonly burn?: boolean | undefined;
  /** Opens the narrow infrared of Sentinel-2 too. */
  readonly harmonise?: boolean | undefined;
}

/** Bands without which a run cannot use a scene. */
function neededBands(scene: Scene): BandName[] {
  if (!scene.bands.red || !scene.bands.nir) return ['ndvi'];
  return ['red', 'nir', ...(scene.maskRule === 'nodata' ? [] : [scene.maskRule as BandName])];
}

/**
 * Opens every band that will be read, holds its header and, where one is stated, its checksum against the item, checks the Sentinel-2 offset and the range of
 * a ready-made index by pixels, hashes the content. Without `only`, the bands of a run: index and mask must be good, the
 * colours for the eye may be missing, and so may swir22, which is opened where `burn` asks for it. A scene one of whose
 * files changes meanwhile is inspected once more from the start, and refused when that happens again.
 */
export async function inspectScene(
  scene: Scene,
  files: BandFiles,
  options: InspectOptions = {},
): Promise<InspectResult> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await inspectOnce(scene, files, options);
    } catch (error) {
      if (!isSourceChanged(error)) throw error;
      // Open files are kept by name: the changed one among them.
      await files.close();
      if (restarts > 0) return { refused: { id: scene.id, code: error.code, reason: error.message } };
    }
  }
}

async function inspectOnce(
  scene: Scene,
  files: BandFiles,
  { only, burn = false, harmonise = false }: InspectOptions,
): Promise<InspectResult> {
  try {
    const needed = only ?? [...neededBands(scene), ...(harmonise && scene.family === 'msi' ? ['nir08' as const] : [])];
    const opened = new Map<BandName, OpenedBand>();
    for (const name of needed) opened.set(name, await openBand(scene, name, files));
    const burnFault = burn ? await openOptional(scene, ['swir22'], files, opened) : null;
    const doubt = await pixelDoubt(scene, needed, files);
    if (doubt) return { refused: doubt };
    const colourFault = only ? null : await openColours(scene, files, opened);
    return { ok: describe(scene, opened, { colourFault, burnFault }) };
  } catch (error) {
    if (!isFaultOfScene(error)) throw error;
    return { refused: { id: scene.id, code: error.code, reason: error.message } };
  }
}

interface OpenedBand {
  readonly identity: string;
  readonly bytes: number;
  readonly pixels: number;
  readonly blockPx: number;
}

async function openBand(scene: Scene, name: BandName, files: BandFiles): Promise<OpenedBand> {
  const { href, checksum } = scene.bands[name]!;
  const cog = await files.open(scene.bands[name]!, scene.id);
  const level = cog.header.levels[0]!;
  const identity = await cog.source.identity();
  // Over the network only ranges are read, so that there is no whole file to hold against its checksum.
  if (checksum !== undefined && !isHttp(href)) await checkFile(href, checksum, identity);
  return {
    identity,
    bytes: level.blockByteCounts.reduce((total, n) => total + n, 0),
    pixels: level.widthPx * level.heightPx,
    blockPx: Math.max(level.blockWidthPx, level.blockHeightPx),
  };
}

/** Adds green and blue to the opened bands, both or neither; resolves to what is wrong with them, if anything is. */
async function openColours(
  scene: Scene,
  files: BandFiles,
  opened: Map<BandName, OpenedBand>,
): Promise<CanopyError | null> {
  if (!opened.has('red') || !hasColours(scene)) return null;
  return openOptional(scene, ['green', 'blue'], files, opened);
}

/** Adds bands that a scene can do without, all or none; resolves to what is wrong with them. A band it lacks is no fault. */
async function openOptional(
  scene: Scene,
  names: readonly BandName[],
  files: BandFiles,
  opened: Map<BandName, OpenedBand>,
): Promise<CanopyError | null> {
  try {
    const found = new Map<BandName, OpenedBand>();
    for (const name of names) if (scene.bands[name]) found.set(name, await openBand(scene, name, files));
    for (const [name, band] of found) opened.set(name, band);
    return null;
  } catch (error) {
    if (!isFaultOfScene(error)) throw error;
    return error;
  }
}

async function pixelDoubt(scene: Scene, names: readonly BandName[], files: BandFiles): Promise<RefusedScene | null> {
  const { ndvi } = scene.bands;
  return ndvi && names.includes('ndvi') ? indexDoubt(scene, ndvi, files) : offsetDoubt(scene, files);
}

function describe(
  scene: Scene,
  opened: ReadonlyMap<BandName, OpenedBand>,
  { colourFault, burnFault }: { readonly colourFault: CanopyError | null; readonly burnFault: CanopyError | null },
): Inspection {
  const { green: _green, blue: _blue, ...withoutColours } = scene.bands;
  const parts = [...opened.values()];
  const lead = opened.get('red') ?? opened.get('ndvi');
  return {
    scene: colourFault ? { ...scene, bands: withoutColours } : scene,
    identities: Object.fromEntries([...opened].map(([name, { identity }]) => [name, identity])),
    blockPx: lead?.blockPx ?? 1,
    bytes: parts.reduce((total, { bytes }) => total + bytes, 0),
    pixels: parts.reduce((total, { pixels }) => total + pixels, 0),
    warnings: [
      ...(colourFault ? [`Scene ${scene.id} is used without its colours: ${colourFault.message}`] : []),
      ...(burnFault ? [`Scene ${scene.id} is used without its burn ratio: ${burnFault.message}`] : []),
    ],
  };
}

/**
 * Whether an error costs its own scene only: a file that is wrong, or that its server keeps to itself (object stores say
 * 403 for a file that is not there). What may pass with time must not make a scene vanish from the results.
 */
export function isFaultOfScene(error: unknown): error is CanopyError {
  return isCanopyError(error) && (error.kind === 'input' || error.kind === 'auth');
}
