import type { Environment } from '../config.ts';

/** What a command may touch of the process. */
export interface CommandContext {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly isTty: boolean;
  readonly env: Environment;
  /** Aborted by the first SIGINT or SIGTERM: finish what is safe to finish, then return. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly usage: string;
  /** Usage of a part of a command that has parts; null where the arguments name none. */
  readonly usageOf?: (argv: readonly string[]) => Promise<string | null>;
  /** Resolves to the exit code: 0 finished, 1 failed, 2 wrong use, 3 finished with units left out. */
  readonly run: (argv: readonly string[], context: CommandContext) => Promise<number>;
}
