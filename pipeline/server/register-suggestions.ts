import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { HttpFailure } from './failure.ts';
import { REGISTER_SCHEMAS } from './register-schemas.ts';

/** Far more than a region has: some 100,000 suggestions. */
const MOST_BYTES = 64 * 2 ** 20;

/** Whether there are suggestions now: the file may be made while the server runs. */
export function hasSuggestions(file: string | null): boolean {
  return file !== null && existsSync(file);
}

/** Adds the land that `canopy suggest` found, as it wrote it. */
export function registerSuggestions(app: FastifyInstance, file: string | null): void {
  app.get('/api/register/suggestions', { schema: REGISTER_SCHEMAS.suggestions }, async (_request, reply) => {
    if (file === null || !existsSync(file))
      throw new HttpFailure(
        404,
        'E_NO_SUGGESTIONS',
        'There are no suggestions here. Make them with canopy suggest and name the file: canopy serve --suggestions FILE.',
      );
    if ((await stat(file)).size > MOST_BYTES)
      throw new HttpFailure(422, 'E_TOO_MANY', 'The file of suggestions is larger than 64 MB; make fewer (--min-ha).');
    // As bytes: Fastify adds a character set to texts, which application/geo+json has no room for.
    return reply.header('content-type', 'application/geo+json').send(await readFile(file));
  });
}
