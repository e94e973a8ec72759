import type { FastifyInstance } from 'fastify';
import { isCanopyError } from '../../shared/errors.ts';
import type { ParcelFormat } from '../../shared/parcel-check.ts';
import type { Exported } from '../parcels/export/export-parcels.ts';
import type { Register } from '../run/register-contract.ts';
import { currentOrNone } from './current-results.ts';
import { HttpFailure } from './failure.ts';
import { parseBbox } from './ogc-query.ts';
import { REGISTER_SCHEMAS } from './register-schemas.ts';
import type { Results } from './results.ts';

interface ExportPlace {
  readonly register: Register;
  readonly current: () => Results;
}

interface ExportQuery {
  readonly format: ParcelFormat;
  readonly personal: boolean;
  readonly bbox?: string;
}

const FILE_NAME = 'parcels';

/** Adds files of the current parcels, and what a format cannot carry over unchanged. */
export function registerExport(app: FastifyInstance, place: ExportPlace): void {
  app.get<{ Querystring: ExportQuery & { readonly file?: string } }>(
    '/api/register/export',
    { schema: REGISTER_SCHEMAS.export },
    async (request, reply) => {
      const { files } = await exportNow(place, request.query);
      const { file } = request.query;
      const wanted = file === undefined ? files[0] : files.find(({ name }) => name === file);
      if (wanted === undefined)
        throw new HttpFailure(
          404,
          'E_NO_FILE',
          `There is no such file; there are ${files.map(({ name }) => name).join(', ')}.`,
        );
      return (
        reply
          .header('content-type', 'application/octet-stream')
          // Names are made here and are plain.
          .header('content-disposition', `attachment; filename="${wanted.name}"`)
          .send(Buffer.from(wanted.bytes))
      );
    },
  );

  app.get<{ Querystring: ExportQuery }>(
    '/api/register/export/report',
    { schema: REGISTER_SCHEMAS.exportReport },
    async (request, reply) => {
      const { report, files } = await exportNow(place, request.query);
      return reply.send({ ...report, files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length })) });
    },
  );
}

async function exportNow({ register, current }: ExportPlace, query: ExportQuery): Promise<Exported> {
  const { format, personal, bbox } = query;
  const run = currentOrNone(current)?.run ?? null;
  const { revision } = await register.call('state', {});
  const of = run?.project ? ` of ${run.project.name}` : '';
  const provenance = {
    attribution: [`Register of parcels${of}, revision ${revision}`],
    synthetic: run?.synthetic,
  };
  try {
    return await register.call('export', {
      boxes: bbox === undefined ? null : parseBbox(bbox),
      options: { format, withPersonal: personal, name: FILE_NAME, provenance },
    });
  } catch (error) {
    if (isCanopyError(error) && error.kind === 'input') throw new HttpFailure(422, error.code, error.message);
    throw error;
  }
}
