import type { Egress } from '../egress/client.ts';

/** The egress client, loaded with its network library only when something lies behind a URL. */
export function createLazyEgress(allowHosts: readonly string[]): Egress {
  let tellTry = (_url: string) => {};
  let opened: Promise<Egress> | null = null;
  const open = () => {
    opened ??= import('../egress/client.ts').then(({ createEgress }) => {
      const egress = createEgress({ allowHosts });
      egress.onTry((url) => tellTry(url));
      return egress;
    });
    return opened;
  };
  return {
    getJson: async (url, options) => (await open()).getJson(url, options),
    readRange: async (url, offsetBytes, lengthBytes, etag) =>
      (await open()).readRange(url, offsetBytes, lengthBytes, etag),
    onTry: (listener) => {
      tellTry = listener;
    },
    close: async () => {
      if (opened) await (await opened).close();
    },
  };
}
