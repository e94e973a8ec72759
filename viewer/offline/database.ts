import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Bbox } from '../../shared/grid.ts';
import type { Draft } from '../delineate/drafts.ts';

/** An offline pack that was fetched, wholly or in part. */
export interface Pack {
  readonly id: string;
  /** What the person calls it. */
  readonly label: string;
  readonly bboxDeg: Bbox;
  /** Of the register when it was fetched. */
  readonly revision: number;
  /** Of all its files, as the server said beforehand. */
  readonly bytes: number;
  readonly files: readonly { readonly url: string; readonly bytes: number }[];
  /** When its files were asked for, milliseconds since 1970. */
  readonly atMs: number;
  /** `partial`: it was interrupted and can go on. */
  readonly state: 'partial' | 'whole';
}

interface CanopySchema extends DBSchema {
  drafts: { key: string; value: Draft };
  packs: { key: string; value: Pack };
}

export type Database = IDBPDatabase<CanopySchema>;

let opening: Promise<Database> | null = null;

/** The browser's own store of this page. Rejects where the browser keeps nothing, as some private windows do. */
export function openDatabase(): Promise<Database> {
  opening ??= openDB<CanopySchema>('canopy', 1, {
    upgrade(db) {
      db.createObjectStore('drafts', { keyPath: 'draftId' });
      db.createObjectStore('packs', { keyPath: 'id' });
    },
    // A newer page in another tab wants to change the store: it must not wait for this one.
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      opening = null;
    },
    terminated: () => {
      opening = null;
    },
  }).catch((error: unknown) => {
    opening = null;
    throw error;
  });
  return opening;
}
