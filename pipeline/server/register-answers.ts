import type { FastifyReply } from 'fastify';
import { IMPORT_LIMITS, type ParcelAttributes } from '../../shared/parcel-check.ts';
import type { ParcelVersion, RegisterConflict, RegisterRefusal, RegisterRegion } from '../../shared/register.ts';
import type { RegisterAnswer } from '../run/register-calls.ts';
import { findUnkeptText, isTooDeep } from '../run/register-texts.ts';
import type { Refused } from '../run/register-writes.ts';
import { HttpFailure } from './failure.ts';

/** A version with its ETag, which `If-Match` of a later change names. */
export function sendVersion(reply: FastifyReply, parcel: ParcelVersion): FastifyReply {
  return reply.header('etag', `"${parcel.version}"`).send(parcel);
}

/** The version that `If-Match` names. Throws 428 without it, 400 where it is no version. */
export function readIfMatch(header: string | undefined): number {
  if (header === undefined) {
    const message = 'A change has to name the version it is made on: send If-Match with the ETag of that version.';
    throw new HttpFailure(428, 'E_NO_VERSION', message);
  }
  const version = /^"([1-9]\d{0,8})"$/.exec(header.trim())?.[1];
  if (version !== undefined) return Number(version);
  throw new HttpFailure(400, 'E_REQUEST', 'If-Match wants one version as its ETag has it, such as "3".');
}

/** Throws 422 for a region that the twin does not have; a project without a twin takes any. */
export function checkRegion(regions: readonly RegisterRegion[], regionId: string): void {
  if (regions.length === 0 && /^[\w.-]{1,64}$/.test(regionId)) return;
  if (regions.some(({ id }) => id === regionId)) return;
  const there = regions.map(({ id }) => id).join(', ') || 'no regions: letters, digits, - and _ are taken';
  throw new HttpFailure(422, 'E_NO_REGION', `There is no region ${JSON.stringify(regionId)}; there are ${there}.`);
}

/** Throws 400 at a text that no database keeps, 422 at nesting without end. */
export function checkTexts(body: unknown): void {
  if (isTooDeep(body)) {
    const message = `The request is nested too deep; at most ${IMPORT_LIMITS.nesting} levels are read. Make its properties flatter.`;
    throw new HttpFailure(422, 'E_NESTING', message);
  }
  const place = findUnkeptText(body);
  if (place === null) return;
  const message = `The request is not as wanted: ${place} holds a NUL or half a character.`;
  throw new HttpFailure(400, 'E_REQUEST', message);
}

/** Throws 422 at a name with characters that cannot be seen, which the readers of files take out; joiners of letters are part of names. */
export function checkName({ name }: ParcelAttributes): void {
  if (name === null || !/[^\P{Cf}\u200c\u200d]/u.test(name)) return;
  const message = 'The name holds a character that cannot be seen. Type the name again.';
  throw new HttpFailure(422, 'E_NAME', message);
}

export function answerEdit(
  reply: FastifyReply,
  outcome: RegisterAnswer<'edit'> | RegisterAnswer<'withdraw'>,
): FastifyReply {
  switch (outcome.kind) {
    case 'saved':
      return sendVersion(reply, outcome.parcel);
    case 'refused':
      return refuse(reply, outcome);
    case 'conflict': {
      const { current, base } = outcome;
      const message =
        base === null
          ? `If-Match names a version that parcel "${current.id}" never had; it has version ${current.version}. Read it again and make the change on that.`
          : `Somebody was faster: parcel "${current.id}" has version ${current.version} by now, of ${current.author}. Compare both and decide.`;
      const conflict: RegisterConflict = { error: { code: 'E_CONFLICT', message }, current, base };
      return reply.code(412).send(conflict);
    }
    case 'duplicate':
      throw new HttpFailure(409, 'E_DUPLICATE', `Parcel "${outcome.id}" of the register has exactly this boundary.`);
    case 'withdrawn':
      throw new HttpFailure(409, 'E_WITHDRAWN', `Parcel "${outcome.current.id}" is withdrawn already.`);
    case 'unknown':
      throw new HttpFailure(404, 'E_NO_PARCEL', 'The register has no such parcel.');
  }
}

/** 422 of what cannot be registered as it is, 409 of what is registered already. */
export function refuse(reply: FastifyReply, { code, message, parcels }: Refused): FastifyReply {
  const refusal: RegisterRefusal = { error: { code, message }, parcels };
  return reply.code(code === 'E_CHECK' ? 422 : 409).send(refusal);
}
