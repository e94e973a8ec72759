import { create } from 'zustand';
import type { ImportAnswer } from '../../shared/register.ts';
import type { FileAnswers, FileRefusal } from './import-answers.ts';
import type { Choice } from './import-plan.ts';

/** A file and how it is to be read. */
export interface SentFile {
  readonly file: File;
  readonly answers: FileAnswers;
  /** The refusal that was answered first; null where nothing had to be. */
  readonly asked: FileRefusal | null;
}

/** Where an import stands: from choosing a file to what was registered. */
export type ImportState =
  | { readonly step: 'none' }
  | { readonly step: 'sending'; readonly name: string; readonly doneBytes: number; readonly bytes: number }
  | {
      readonly step: 'failed';
      readonly sent: SentFile;
      /**
       * `gone`: the file was changed or moved on this device since it was chosen, which a browser does not send.
       * `no-register`: it was not sent, for the register, which knows the regions, could not be opened.
       */
      readonly failure: FileRefusal | 'offline' | 'gone' | 'no-register';
    }
  | {
      readonly step: 'report';
      /** Of this reading of this file: what comes of a question about it goes nowhere else. */
      readonly id: string;
      readonly sent: SentFile;
      readonly answer: ImportAnswer;
      readonly regionId: string;
      /** By index in the report. */
      readonly choices: ReadonlyMap<number, Choice>;
    }
  | { readonly step: 'done'; readonly count: number };

/** What came of registering parcels of a file when its report was not shown any more. */
export interface LateNews {
  readonly name: string;
  readonly count: number;
  /** Why nothing was registered, as the server words it; null where it was. */
  readonly failure: string | null;
}

interface Store {
  readonly state: ImportState;
  /** Said where a file cannot even be sent. */
  readonly refusal: string | null;
  readonly note: string | null;
  readonly late: readonly LateNews[];
}

export const useImport = create<Store>()(() => ({ state: { step: 'none' }, refusal: null, note: null, late: [] }));

/** What the left column shows. */
export type RegisterView = 'list' | 'import' | 'offline';

export const useRegisterView = create<{ readonly view: RegisterView }>()(() => ({ view: 'list' }));

export function showRegisterView(view: RegisterView): void {
  useRegisterView.setState({ view });
}
