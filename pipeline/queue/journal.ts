/** One line of the log of a long-running process. */
export interface JournalEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** What happened, for filters: `ready`, `retry`, `dead-letter`, `fenced`, … */
  readonly event: string;
  /** The same as a sentence for a person. */
  readonly message: string;
  readonly run?: string;
  /** Key of the unit. */
  readonly unit?: string;
  readonly scene?: string;
  readonly code?: string;
  readonly where?: string | undefined;
}

export type Journal = (entry: JournalEntry) => void;

/** `text`: the sentences; `json`: one JSON object a line, with time, process and all fields. */
export type JournalForm = 'text' | 'json';

/** Writes entries one a line. `now` gives milliseconds since 1970. */
export function createJournal(
  form: JournalForm,
  process: string,
  write: (text: string) => void,
  now: () => number,
): Journal {
  if (form === 'text') return ({ message }) => write(`${message}\n`);
  return ({ level, event, ...rest }) =>
    write(`${JSON.stringify({ at: new Date(now()).toISOString(), level, event, process, ...rest })}\n`);
}
