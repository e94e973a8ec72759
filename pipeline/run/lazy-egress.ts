import type { Egress } from '../egress/client.ts';

/**
 * The egress client, loaded with its network library only when something lies behind a URL. It keeps ranges on disk where
 * this process's own environment names a folder for them; a task or a file cannot.
 */
export function createLazyEgress(allowHosts: readonly string[]): Egress {
  let tellTry = (_url: string) => {};
  let opened: Promise<Egress> | null = null;
  const load = async () => {
    const [{ createEgress }, { environment }, { rangeCacheOf }] = await Promise.all([
      import('../egress/client.ts'),
      import('../config.ts'),
      import('../config-cache.ts'),
    ]);
    const egress = createEgress({ allowHosts, rangeCache: rangeCacheOf(environment()) });
    egress.onTry((url) => tellTry(url));
    return egress;
  };
  const open = () => {
    opened ??= load();
    return opened;
  };
  return {
    getJson: async (url, options) => (await open()).getJson(url, options),
    postJson: async (url, body) => (await open()).postJson(url, body),
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
