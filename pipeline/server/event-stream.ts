import { Readable } from 'node:stream';

export interface ServerEvent {
  readonly name: string;
  readonly data: unknown;
}

/** A body of server-sent events (WHATWG HTML, 9.2). */
export interface EventStream {
  readonly body: Readable;
  /** False where nothing is sent because the client has not taken the one before yet. */
  send(event: ServerEvent): boolean;
  /** Ends the answer in order. */
  end(): void;
}

/** Well under the time after which the server takes a silent connection for dead. */
const HEARTBEAT_MS = 15_000;
/** How long a browser waits before it comes back. */
const RETRY_MS = 2000;

/** `onEnd` is called once, whoever ends it. */
export function createEventStream(first: ServerEvent, onEnd: () => void): EventStream {
  const body = new Readable({ read() {} });
  let isOver = false;
  const write = (text: string) => {
    // A client that does not read must not fill the memory; what is new by then comes next.
    if (isOver || body.readableLength > 0) return false;
    body.push(text);
    return true;
  };
  const timer = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS);
  timer.unref();
  body.once('close', () => {
    isOver = true;
    clearInterval(timer);
    onEnd();
  });
  body.push(`retry: ${RETRY_MS}\n\n${textOf(first)}`);
  return {
    body,
    send: (event) => write(textOf(event)),
    end: () => {
      if (!isOver) body.push(null);
      isOver = true;
    },
  };
}

/** JSON holds no line breaks, which would end the data. */
function textOf({ name, data }: ServerEvent): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
