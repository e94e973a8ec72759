import { join } from 'node:path';

/** Well-formed files of other programs, from the project's folder, where every chore runs. */
export const SEED_FOLDER = join(process.cwd(), 'tests/fixtures/fuzz/seeds');
