/** Finds the client's address, and the host that it asked for, behind trusted proxies. */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

export type ClientAddress = (peer: string, headers: IncomingHttpHeaders) => string;

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
const mappedInHex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * One spelling per address: without a zone, IPv6 in its shortest form, and IPv4 as IPv4 even if a dual-stack socket
 * or a proxy writes it as IPv6.
 */
function plain(address: string): string {
  if (isIP(address) !== 6) return address;
  const [withoutZone = ''] = address.split('%');
  const shortest = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const [, high, low] = mappedInHex.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest;
  const bits = Number.parseInt(high, 16) * 0x1_0000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/;
const withPort = /^([^:]*):\d{1,5}$/;

/**
 * Reads a hop as proxies write it: an address, `ip:port`, `[v6]` or `[v6]:port`, each perhaps quoted.
 * @returns null for a hop that is no address, such as `unknown` or `_hidden`
 */
function addressOfHop(hop: string): string | null {
  const text = hop
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  const [, inBrackets] = bracketed.exec(text) ?? [];
  const [, beforePort] = withPort.exec(text) ?? [];
  const address = inBrackets ?? beforePort ?? text;
  return isIP(address) === 0 ? null : plain(address);
}

const textOf = (header: string | string[] | undefined): string =>
  Array.isArray(header) ? header.join(',') : (header ?? '');

/** The values of one name in a `Forwarded` header, in their order: `for=192.0.2.7;host="a.example", for=…`. */
function partsOf(header: string, name: string): string[] {
  return header.split(',').flatMap((element) =>
    element.split(';').flatMap((pair) => {
      const [key = '', ...value] = pair.split('=');
      return key.trim().toLowerCase() === name ? [value.join('=').trim()] : [];
    }),
  );
}

/** The hops in `X-Forwarded-For`, or in `Forwarded` (RFC 7239) if a proxy writes only that header. */
function hopsOf(headers: IncomingHttpHeaders): string[] {
  const listed = textOf(headers['x-forwarded-for']);
  const hops = listed === '' ? partsOf(textOf(headers['forwarded']), 'for') : listed.split(',');
  return hops.filter((hop) => hop.trim() !== '');
}

/** True if a proxy forwarded the request, or the client claims so. */
export const isForwarded = (headers: IncomingHttpHeaders): boolean =>
  headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;

export interface TrustedProxies {
  readonly clientAddress: ClientAddress;
  /** The host that the client asked for: from a trusted proxy's header, otherwise from `Host`. */
  readonly askedHost: (peer: string, headers: IncomingHttpHeaders) => string | undefined;
}

/** @param proxies addresses and CIDR blocks, checked when the configuration was read */
export function trustProxies(proxies: readonly string[]): TrustedProxies {
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    if (bits === undefined) trusted.addAddress(address, familyOf(address));
    else trusted.addSubnet(address, Number(bits), familyOf(address));
  }
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, familyOf(address));
  return {
    clientAddress: (peer, headers) => {
      // A client may write the beginning of the header, and each proxy appends the peer that it saw. So the header is
      // read from its end.
      const hops = hopsOf(headers);
      let address = plain(peer);
      while (isTrusted(address)) {
        const before = addressOfHop(hops.pop() ?? '');
        if (before === null) break;
        address = before;
      }
      return address;
    },
    askedHost: (peer, headers) => {
      if (!isTrusted(plain(peer))) return headers.host;
      const [forwarded] = partsOf(textOf(headers['forwarded']), 'host');
      const [listed = ''] = textOf(headers['x-forwarded-host']).split(',');
      return [listed.trim(), forwarded?.replaceAll('"', '')].find((host) => host) ?? headers.host;
    },
  };
}
