import type { FastifyInstance } from 'fastify';
import type { QueueDashboard } from '../queue/dashboard.ts';
import { HttpFailure } from './failure.ts';

export const DASHBOARD_PATH = '/queues';

/**
 * What its pages need beyond those of the viewer: styles written into elements. Nothing of it comes from elsewhere.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

/** Adds the pages of the queue, to look at only. Before the viewer's files: both bring `reply.sendFile` of their own. */
export async function registerDashboard(app: FastifyInstance, { plugin, path }: QueueDashboard): Promise<void> {
  await app.register(
    async (pages) => {
      pages.addHook('onRoute', (route) => {
        route.schema = { ...route.schema, hide: true };
      });
      pages.addHook('onRequest', async (request, reply) => {
        reply.header('content-security-policy', POLICY);
        if (request.method !== 'GET' && request.method !== 'HEAD')
          throw new HttpFailure(
            405,
            'E_READ_ONLY',
            'The queue can only be looked at here; retry on the operations page.',
          );
      });
      // Its page asks a font service for letters; they look much the same without.
      pages.addHook('onSend', async (_request, reply, payload) =>
        typeof payload === 'string' && String(reply.getHeader('content-type')).startsWith('text/html')
          ? payload.replace(/<link [^>]*href="https?:[^>]*>/g, '')
          : payload,
      );
      await pages.register(plugin);
    },
    { prefix: path },
  );
}
