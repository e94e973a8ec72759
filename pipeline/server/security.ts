import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpFailure } from './failure.ts';

/** Sets the headers of an answer; throws `HttpFailure` where there may be none. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Refuses requests that another page may have caused, and sets the headers that keep pages harmless:
 * Host has to be this server's own name (else 421, against names that are pointed here from outside), Origin too on all
 * but GET and HEAD (else 403). `hosts`: origins beside our own that pictures and data may come from, such as a basemap's.
 */
export function createGuard({ hosts }: { readonly hosts: readonly string[] }): Guard {
  const headers = securityHeaders(hosts);
  return (request, reply) => {
    reply.headers(headers);
    const own = ownNames(request.raw.socket.localPort);
    const { host, origin } = request.headers;
    if (host === undefined || !own.includes(host.toLowerCase()))
      throw new HttpFailure(
        421,
        'E_HOST',
        `This server answers to ${own[0]} only; the request was for another host name.`,
      );
    if (request.method === 'GET' || request.method === 'HEAD') return;
    if (origin === undefined || !own.some((name) => origin === `http://${name}`))
      throw new HttpFailure(
        403,
        'E_ORIGIN',
        'Only pages of this server may change anything here; the request came from elsewhere.',
      );
  };
}

/** Puts a guard before every route, those that do not exist included. */
export function addSecurity(app: FastifyInstance, guard: Guard): void {
  app.addHook('onRequest', async (request, reply) => guard(request, reply));
}

function ownNames(port: number | undefined): string[] {
  const names = ['127.0.0.1', 'localhost'];
  // Clients leave the port out where it is the usual one.
  return [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
}

function securityHeaders(hosts: readonly string[]): Record<string, string> {
  const others = hosts.map((host) => ` ${host}`).join('');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob:${others}`,
    "font-src 'self'",
    `connect-src 'self'${others}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'geolocation=(self), camera=(), microphone=()',
  };
}
