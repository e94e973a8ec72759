/** What the programs of a chaos run are told, as JSON in their one argument. */
export interface RunSettings {
  readonly runId: string;
  readonly seed: number;
  readonly units: number;
  /** Handed out in the order of this seed; null: as they are. */
  readonly shuffleSeed: number | null;
  /** Least and most that a unit seems to take. */
  readonly delayMs: readonly [number, number];
  readonly out: string;
  readonly bombs: string;
  /** null: on this machine, in children of the coordinator. */
  readonly redisUrl: string | null;
  /** null: the embedded database in the output folder. */
  readonly databaseUrl: string | null;
  readonly childProgram: string;
  readonly concurrency: number;
  readonly pollMs: number;
}

export interface WorkerSettings {
  readonly redisUrl: string;
  readonly databaseUrl: string | null;
  readonly childProgram: string;
  readonly concurrency: number;
  /** How long a worker that says nothing keeps its units. */
  readonly lockMs: number;
  readonly bombs: string;
}

/** What the coordinator of a chaos run says, one line of JSON each on standard output. */
export type CoordinatorLine =
  /** It begins: so many units are there from an earlier coordinator. */
  | { readonly kind: 'found'; readonly count: number }
  | { readonly kind: 'told'; readonly key: string }
  | { readonly kind: 'dead'; readonly key: string; readonly message: string }
  | { readonly kind: 'said'; readonly line: string }
  | { readonly kind: 'failed'; readonly message: string };
