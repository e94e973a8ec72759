import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../../pipeline/store/database.ts';
import { isPassingTrouble, persistently } from '../../../pipeline/store/persist.ts';
import { type PostgresServer, postgresMissing, startPostgres } from './postgres-server.ts';

describe('troubles of a database', () => {
  it.each(['ECONNREFUSED', 'ENETUNREACH', 'EHOSTDOWN', '08006', '40P01', '53100', '57P01', '25006', '55P03', '58030'])(
    '%s may pass',
    (code) => {
      expect(isPassingTrouble(Object.assign(new Error('x'), { code }))).toBe(true);
    },
  );

  it.each(['42P01', '23505', '28P01', '22P02'])('%s does not', (code) => {
    expect(isPassingTrouble(Object.assign(new Error('x'), { code }))).toBe(false);
  });
});

describe.skipIf(postgresMissing !== null)(
  `A 18: a connection whose other end falls silent ${postgresMissing ?? ''}`,
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server?.stop());

    it('is given up after its time, and the question asked once more over a new one: 2 connections, 1 row', async () => {
      const target = Number(new URL(server.url).port);
      const sockets: Socket[] = [];
      const proxy = createServer((socket) => {
        const inner = connect(target, '127.0.0.1');
        socket.pipe(inner).pipe(socket);
        sockets.push(socket, inner);
        for (const one of [socket, inner]) one.on('error', () => {});
      });
      await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
      const { port } = proxy.address() as { port: number };
      const database = await openPostgres(`postgres://canopy@127.0.0.1:${port}/postgres`, 500);
      const silent = sockets.splice(0);
      for (const socket of silent) socket.unpipe();
      const rows = await persistently(() => database.query('select 1 as one'), { say: () => {} });
      expect(rows).toEqual([{ one: 1 }]);
      expect(sockets).toHaveLength(2);
      await database.close();
      for (const socket of [...silent, ...sockets]) socket.destroy();
      proxy.close();
    });
  },
);
