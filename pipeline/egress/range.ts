import { CanopyError, inputError } from '../../shared/errors.ts';
import { HICCUP_TRIES, type HttpAnswer, refuseBadStatus, webPage } from './request.ts';
import { TransientFault } from './retry.ts';

export interface RangeAnswer {
  /** The bytes asked for; fewer only where the file ends. */
  readonly bytes: Uint8Array;
  /** The file's entity tag, or null where the server gives none. */
  readonly etag: string | null;
  readonly totalBytes: number;
}

export interface RangeQuestion {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** The tag that earlier ranges of the file carried, or null for the first one. */
  readonly etag: string | null;
}

export function rangeHeaders(question: RangeQuestion): Record<string, string> {
  const lastByte = question.offsetBytes + question.lengthBytes - 1;
  const headers: Record<string, string> = {
    range: `bytes=${question.offsetBytes}-${lastByte}`,
    'accept-encoding': 'identity',
  };
  // If-Match compares strongly, so a weak tag would never match: those are compared on arrival only.
  if (question.etag !== null && !question.etag.startsWith('W/')) headers['if-match'] = question.etag;
  return headers;
}

/**
 * Reads an answer to a range request and believes nothing of it: status, Content-Range, length, encoding and tag are
 * checked before a byte is handed on.
 */
export async function readRangeAnswer(answer: HttpAnswer, question: RangeQuestion): Promise<RangeAnswer> {
  const { status, where, headers } = answer;
  if (status === 412) throw sourceChanged(where);
  if (status === 416) {
    throw inputError(
      'E_RANGE_BEYOND_END',
      `${where} ends before byte ${question.offsetBytes}: it is truncated.`,
      where,
    );
  }
  refuseBadStatus(answer);
  if (headers.get('content-type')?.startsWith('text/html')) {
    throw webPage(where, 'the file');
  }
  if (status !== 206) throw noRange(where, status);
  const etag = headers.get('etag') ?? null;
  if (question.etag !== null && etag !== question.etag) throw sourceChanged(where);
  const encoding = headers.get('content-encoding');
  if (encoding !== undefined && encoding !== 'identity') throw mismatch(where, `content-encoding ${encoding}`);
  const totalBytes = checkContentRange(headers.get('content-range'), question, where);
  const wantedBytes = Math.min(question.lengthBytes, totalBytes - question.offsetBytes);
  return { bytes: await readExactly(answer, wantedBytes), etag, totalBytes };
}

/** Returns the file's size when start and end are the ones asked for (the end cut to the file's). */
function checkContentRange(header: string | undefined, question: RangeQuestion, where: string): number {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header?.trim() ?? '');
  if (match === null) throw mismatch(where, `Content-Range "${header ?? 'none'}"`);
  const [start, end, total] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const wantedEnd = Math.min(question.offsetBytes + question.lengthBytes, total) - 1;
  if (start !== question.offsetBytes || end !== wantedEnd || !Number.isSafeInteger(total)) {
    throw mismatch(where, `bytes ${start}-${end} of ${total}, wanted ${question.offsetBytes}-${wantedEnd}`);
  }
  return total;
}

async function readExactly(answer: HttpAnswer, wantedBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(wantedBytes);
  let filled = 0;
  for await (const part of answer.chunks) {
    if (filled + part.length > wantedBytes) throw mismatch(answer.where, `more than ${wantedBytes} bytes`);
    bytes.set(part, filled);
    filled += part.length;
  }
  if (filled !== wantedBytes) throw mismatch(answer.where, `${filled} bytes, wanted ${wantedBytes}`);
  return bytes;
}

function mismatch(where: string, got: string): TransientFault {
  const message = `${where} sent something other than the bytes asked for: ${got}.`;
  return new TransientFault({ code: 'E_RANGE_MISMATCH', message, where, maxTries: HICCUP_TRIES });
}

/**
 * Servers that know no ranges always send the whole file. One that knows them does it now and then, as when a cache in
 * front of it is filled anew; the answer is given up at its header, so that asking again costs next to nothing.
 */
function noRange(where: string, status: number): TransientFault {
  const message = `${where} sends whole files only (HTTP ${status}, wanted 206): it cannot be read in parts.`;
  return new TransientFault({ code: 'E_NO_RANGE', message, where, maxTries: HICCUP_TRIES, finalKind: 'input' });
}

/** Asking again would not help: the whole file has to be read again, which only its reader can do. */
function sourceChanged(where: string): CanopyError {
  const message = `${where} changed while it was being read. Read it again from the start.`;
  return new CanopyError({ kind: 'transient', code: 'E_SOURCE_CHANGED', message, where });
}
