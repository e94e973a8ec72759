import type { ErrorDetail } from '../../shared/errors.ts';
import type { RegisterAnswer, RegisterCall, RegisterCallOf } from './register-calls.ts';

/** What goes between the server and the thread of its register. */
export type RegisterRequest =
  | { readonly kind: 'call'; readonly id: number; readonly name: RegisterCall; readonly of: unknown }
  | { readonly kind: 'close' };

export type RegisterReply =
  | { readonly state: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly state: 'refused'; readonly id: number; readonly error: ErrorDetail }
  | { readonly state: 'closed' };

/** A register that can be asked; its database is opened by the first question. */
export interface Register {
  /** Rejects with `E_DATABASE_LOCKED` where another process has it open, and as `openDatabase` does. */
  call<N extends RegisterCall>(name: N, of: RegisterCallOf<N>): Promise<RegisterAnswer<N>>;
  /** Ends when all that was asked is answered. */
  close(): Promise<void>;
}
