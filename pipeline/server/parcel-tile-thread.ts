// Program of the parcel-tile thread: reads parcels.geojson once and cuts vector tiles from it, away from the thread that
// answers requests, because a tile of 100,000 parcels takes seconds.
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { inputError, toErrorDetail } from '../../shared/errors.ts';
import { sha256OfBytes } from '../store/files.ts';
import { createParcelTileIndex } from './parcel-tile-index.ts';
import type { ParcelTileAnswer, ParcelTilePlace, ParcelTileRequest } from './parcel-tile-source.ts';

const port = parentPort!;
const place = workerData as ParcelTilePlace;

async function openIndex() {
  const file = await readFile(place.path);
  if (sha256OfBytes(file) === place.sha256) return createParcelTileIndex(file);
  const message = 'parcels.geojson is not the file that run.json lists; a run may be writing here now.';
  throw inputError('E_HASH', message, place.path);
}

/** Opened with the first tile that is asked for, and again after a failure: the right file may have come back. */
let index: ReturnType<typeof openIndex> | null = null;

port.on('message', async ({ key, tile }: ParcelTileRequest) => {
  let answer: ParcelTileAnswer;
  try {
    index ??= openIndex();
    answer = { key, bytes: (await index).tile(tile) };
  } catch (error) {
    index = null;
    answer = { key, error: toErrorDetail(error) };
  }
  port.postMessage(answer);
});
