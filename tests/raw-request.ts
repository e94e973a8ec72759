import { request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

/** One request as given, Host and path included, which `fetch` would put right. */
export function rawRequest(
  port: number,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string | Uint8Array } = {},
): Promise<RawAnswer> {
  return new Promise((done, fail) => {
    // A connection of its own: a kept one may have been closed by the server meanwhile.
    const options = { host: '127.0.0.1', port, path, method, headers, agent: false } as const;
    const sent = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const body = Buffer.concat(chunks);
        done({ status: answer.statusCode!, headers: answer.headers, body, text: body.toString('utf8') });
      });
      answer.on('error', fail);
    });
    sent.on('error', fail);
    sent.end(body);
  });
}
