import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { inputError } from '../shared/errors.ts';
import type { CoverModel } from './change/cover-model.ts';
import { type CoverModelFile, parseCoverModel } from './change/cover-model-file.ts';
import { decodeUtf8, parseJsonText } from './parcels/json-text.ts';
import { sha256OfBytes } from './store/files.ts';

/** What a run keeps of a model of tree cover, beside its numbers. */
export interface CoverModelFacts extends Pick<CoverModelFile, 'sentence' | 'sensors' | 'harmonised' | 'attribution'> {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
  readonly synthetic: boolean;
}

/** A model file of `canopy calibrate`. Errors (input): `E_COVER_MODEL`, and what a file that is no JSON gives. */
export async function loadCoverModel(path: string): Promise<{ model: CoverModel; facts: CoverModelFacts }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const sentence = `The cover model ${path} cannot be read (${code}); give the file that canopy calibrate wrote.`;
    throw inputError('E_COVER_MODEL', sentence, path, error);
  }
  const file = parseCoverModel(parseJsonText(decodeUtf8(bytes, path), path), path);
  const { model, sentence, sensors, harmonised, attribution, synthetic } = file;
  return {
    model,
    facts: {
      path,
      name: basename(path),
      sha256: sha256OfBytes(bytes),
      sentence,
      sensors,
      harmonised,
      attribution,
      synthetic,
    },
  };
}
