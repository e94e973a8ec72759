import { openDatabase, openPostgres } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import type { Database } from '../store/sql.ts';
import type { DatabasePlace } from './database.ts';
import { isWrite, REGISTER_CALLS } from './register-calls.ts';
import type { Register } from './register-contract.ts';

/** A register in this thread: for commands that do nothing else meanwhile. */
export function openRegisterHere(place: DatabasePlace): Register {
  let opening: Promise<Database> | null = null;
  let isMigrated = place.url === null;
  const open = () => {
    const { url, folder } = place;
    opening ??= (url === null ? openDatabase({ folder }) : openPostgres(url)).catch((error: unknown) => {
      // The next question tries again: whoever held it may have ended.
      opening = null;
      throw error;
    });
    return opening;
  };
  return {
    call: async (name, of) => {
      const work = REGISTER_CALLS[name] as (database: Database, of: unknown) => Promise<never>;
      const database = await open();
      // Who only looks changes no schema: a fleet of an older version may be at work on that database.
      if (!isMigrated && isWrite(name)) {
        await database.transaction((sql) => migrate(sql));
        isMigrated = true;
      }
      return work(database, of);
    },
    close: async () => {
      if (opening !== null) await (await opening).close();
    },
  };
}
