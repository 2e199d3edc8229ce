/** Which addresses may be connected to: those of the public internet, and private ones that the list names. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
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

type Block = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];
type Entry = { readonly host: string } | { readonly block: Block };

export interface AllowList {
  /** By its name, with any address. */
  allowsHost(hostname: string): boolean;
  allowsAddress(address: string): boolean;
  /** A name that is not listed may still have an address in one of them. */
  readonly hasBlocks: boolean;
}

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** A last label that begins with a digit makes a number of it, such as `10.1` or `0x7f.1`: URLs read that as an address. */
const hostPattern = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d|0x)${label}$`);

const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
const plainHost = (host: string): string => unbracketed(host).toLowerCase().replace(/\.$/, '');

function blockOf(text: string): Block | null {
  const [address = '', bits, ...more] = unbracketed(text).split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes('%')) return null;
  const maxBits = family === 4 ? 32 : 128;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= maxBits)) return null;
  return [ipaddr.parse(address), bits === undefined ? maxBits : Number(bits)];
}

function entryOf(text: string): Entry | null {
  const block = blockOf(text);
  if (block !== null) return { block };
  if (/[^\p{L}\p{N}._-]/u.test(text)) return null;
  const host = plainHost(domainToASCII(text));
  return hostPattern.test(host) ? { host } : null;
}

/** True for a host name, an address or a CIDR block; not for a URL, a `host:port` or a `*.host`. */
export const isAllowEntry = (text: string): boolean => entryOf(text) !== null;

/** An IPv4 address in the form of IPv6 (`::ffff:10.0.0.1`) is the same address; the other forms that carry one are not. */
function isIn([first, bits]: Block, address: string): boolean {
  // An old form that the parser takes for the other one, and no system does: `::10.0.0.1`.
  if (/^::\d+\./.test(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.kind() === first.kind() && parsed.match(first, bits);
}

/** @throws TypeError that names the entry that is none */
export function createAllowList(entries: readonly string[]): AllowList {
  const parsed = entries.map((text) => {
    const entry = entryOf(text);
    if (entry === null) throw new TypeError(`${text} is no host name, address or CIDR block`);
    return entry;
  });
  const hosts = new Set(parsed.flatMap((entry) => ('host' in entry ? [entry.host] : [])));
  const blocks = parsed.flatMap((entry) => ('block' in entry ? [entry.block] : []));
  return {
    allowsHost: (hostname) => hosts.has(plainHost(hostname)),
    allowsAddress: (address) => isIP(address) !== 0 && blocks.some((block) => isIn(block, address)),
    hasBlocks: blocks.length > 0,
  };
}

export const noneAllowed: AllowList = createAllowList([]);

/**
 * Why a URL is refused before its name is looked up; null: it is not. Addresses are checked at each connection. If the list has
 * blocks, a name that is not listed may use plain HTTP: its connection is refused unless its address is in one of them.
 */
export function placeProblem({ protocol, hostname }: URL, allow: AllowList): string | null {
  const isHttp = protocol === 'http:' || protocol === 'https:';
  if (isHttp && allow.allowsHost(hostname)) return null;
  const host = unbracketed(hostname);
  const isAddress = isIP(host) !== 0;
  if (isHttp && isAddress && allow.allowsAddress(host)) return null;
  if (protocol !== 'https:' && (!isHttp || isAddress || !allow.hasBlocks)) {
    return 'must be https:// (plain http:// only where PLENUM_WEBHOOK_ALLOW names the host or its addresses)';
  }
  return null;
}
