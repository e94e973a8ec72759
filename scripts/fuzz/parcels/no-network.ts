import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

let attempts = 0;

/** Denies this process every way to the network, names included, and counts the attempts. */
export function denyNetwork(): void {
  const deny = (): never => {
    attempts += 1;
    throw new Error('No connection may be opened here.');
  };
  // http, https, tls and fetch all come down to a socket that connects.
  net.Socket.prototype.connect = deny;
  dgram.createSocket = deny;
  dns.lookup = deny as unknown as typeof dns.lookup;
  dns.resolve = deny as unknown as typeof dns.resolve;
  dns.promises.lookup = deny as unknown as typeof dns.promises.lookup;
  globalThis.fetch = deny;
  syncBuiltinESMExports();
}

/** Connections that somebody tried to open since `denyNetwork`. */
export function networkAttempts(): number {
  return attempts;
}
