import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';

/** Folder of the real scenes and reference answers: TWIN_SHARED, else ../shared beside the project. */
export const sharedData = process.env.TWIN_SHARED ?? resolve(import.meta.dirname, '../../shared');

const present = existsSync(join(sharedData, 'data'));

if (!present && process.env.REQUIRE_REAL_DATA === '1') {
  throw new Error(`REQUIRE_REAL_DATA=1, but there is no real data at ${sharedData}. Set TWIN_SHARED to its folder.`);
}

/** A group of tests on real data: runs where the data is, else is skipped under a name that says why. */
export const describeWithData = present
  ? describe
  : (name: string, body: () => void) => describe.skip(`${name} [skipped: no real data at ${sharedData}]`, body);
