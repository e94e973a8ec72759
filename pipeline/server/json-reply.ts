import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256OfBytes } from '../store/files.ts';

/** Sends JSON with an ETag of its content; 304 without a body where the client has it already. Browsers ask again each time. */
export function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  value: unknown,
  mediaType = 'application/json; charset=utf-8',
): FastifyReply {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // Weak: the same answer goes out packed and unpacked.
  const etag = `W/"${sha256OfBytes(text).slice(0, 32)}"`;
  reply.header('etag', etag).header('cache-control', 'no-cache').header('vary', 'accept-encoding');
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  // As bytes: Fastify adds a character set to texts, which application/geo+json has no room for.
  return reply.header('content-type', mediaType).send(Buffer.from(text));
}

/** `If-None-Match`: a list of tags, compared weakly (RFC 9110, 13.1.2). */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  const tags = header.split(',').map(bare);
  return tags.includes('*') || tags.includes(bare(etag));
}
