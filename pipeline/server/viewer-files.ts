import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { builtProgram } from '../workers/built-program.ts';

export const VIEWER_MISSING =
  'The viewer is not built yet: run "npm run build" in the project folder, then start the server again. The API answers already.';

/** Whether the pages of the viewer are there to be sent. */
export function isViewerBuilt(): boolean {
  return existsSync(builtProgram('viewer/index.html'));
}

/**
 * Sends the built viewer: its one page at `/`, which browsers ask for anew each time, and the files beside it, compressed
 * beforehand and kept for good where their name carries a hash of their content.
 */
export async function registerViewer(app: FastifyInstance): Promise<void> {
  if (!isViewerBuilt()) {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      reply.code(503).type('text/plain; charset=utf-8').send(VIEWER_MISSING),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: dirname(builtProgram('viewer/index.html')),
    preCompressed: true,
    dotfiles: 'deny',
    redirect: false,
    cacheControl: false,
    schemaHide: true,
    setHeaders(reply, path) {
      reply.setHeader('vary', 'accept-encoding');
      const isHashed = /-[A-Za-z0-9_-]{8}\.\w+(?:\.(?:br|gz))?$/.test(path);
      reply.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
