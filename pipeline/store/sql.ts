/** Runs SQL. Parameters are `$1`, `$2`, …; JSON goes in as text and comes out parsed, timestamps come out as Date. */
export interface SqlClient {
  query<Row = Record<string, unknown>>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Several statements without parameters. */
  execute(text: string): Promise<void>;
}

export interface Database extends SqlClient {
  readonly kind: 'pglite' | 'postgres';
  /** Runs `work` in one transaction: all of it is kept, or, when it throws, nothing. */
  transaction<T>(work: (sql: SqlClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
