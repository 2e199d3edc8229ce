import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Everything that is handed out for the public internet over IPv6. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * True for an address of the public internet: not loopback, private, link-local (cloud metadata), carrier-grade NAT, multicast,
 * documentation or reserved, and none of the IPv6 forms that carry an IPv4 address. Anything that is no address is not public.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(globalUnicast);
}
