import { vi } from 'vitest';

/** Stands for the way of a file to the server: what was sent, and what a test answers. */
export class Line extends EventTarget {
  static sent: Line[] = [];
  readonly upload = new EventTarget();
  address = '';
  body: unknown = null;
  status = 0;
  responseText = '';
  open(_method: string, address: string): void {
    this.address = address;
  }
  setRequestHeader(): void {}
  abort(): void {}
  send(body: unknown): void {
    this.body = body;
    Line.sent.push(this);
  }
  answer(status: number, answer: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(answer);
    this.dispatchEvent(new Event('load'));
  }
}

/** One question to the server that waits until a test answers it. */
export interface Asked {
  readonly path: string;
  readonly body: unknown;
  readonly signal: AbortSignal | null;
  answer(status: number, answer: unknown): void;
}

/** Takes the place of `fetch`: the questions so far, in order. */
export function holdFetch(): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', (path: string, { body, signal = null }: RequestInit = {}) => {
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      asked.push({
        path,
        body: typeof body === 'string' ? JSON.parse(body) : null,
        signal,
        answer: (status, answer) => resolve(Response.json(answer, { status })),
      });
    });
  });
  return asked;
}
