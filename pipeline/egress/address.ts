import { lookup as dnsLookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { notAllowed } from './allow.ts';

/** Resolves a name to all its addresses; tests put a scripted one in. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** IPv4 blocks that are not the public internet: IANA special-purpose registry (RFC 6890 and its updates). */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Inside global unicast 2000::/3, blocks that carry or document other addresses (Teredo, ORCHID, 6to4, examples). */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const specialV4 = new BlockList();
for (const [net, prefix] of SPECIAL_V4) specialV4.addSubnet(net, prefix, 'ipv4');
const specialV6 = new BlockList();
for (const [net, prefix] of SPECIAL_V6) specialV6.addSubnet(net, prefix, 'ipv6');
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

/** True for an address of the public internet; IPv4 inside IPv6 counts as not public, whatever it maps to. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !specialV4.check(address, 'ipv4');
  if (family === 6) return globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6');
  return false;
}

export const resolveBySystem: Resolve = async (hostname) =>
  (await dnsLookup(hostname, { all: true })).map((record) => record.address);

/**
 * A `lookup` for sockets that refuses a name with any address off the public internet. The socket connects to exactly
 * the addresses checked here, so a name that changes its answer between check and use (DNS rebinding) gains nothing.
 */
export function createGuardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const bad = addresses.find((address) => !isPublicAddress(address));
        const first = addresses[0];
        if (bad !== undefined || first === undefined) {
          const why = bad === undefined ? 'has no address' : `resolves to ${bad}, which is not a public address`;
          callback(notAllowed(`${hostname} ${why}`, hostname), '', 0);
        } else if (options.all) {
          callback(
            null,
            addresses.map((address) => ({ address, family: isIP(address) })),
          );
        } else callback(null, first, isIP(first));
      },
      (error: Error) => callback(error, '', 0),
    );
  };
}
