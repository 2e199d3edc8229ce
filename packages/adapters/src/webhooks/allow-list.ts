/** Decides to which addresses a webhook may connect: those of the public internet, and private ones that the list names. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';

/** The only IPv6 addresses that are assigned on the public internet. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * True for an address of the public internet. False for loopback, private, link-local (cloud metadata), carrier-grade NAT,
 * multicast, documentation and reserved addresses, for IPv6 forms that contain an IPv4 address, and for any other text.
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
  /** True if the list contains the host name: then any address of it is allowed. */
  allowsHost(hostname: string): boolean;
  allowsAddress(address: string): boolean;
  /** True if the list contains CIDR blocks: then a host that is not listed may still have an allowed address. */
  readonly hasBlocks: boolean;
}

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** A name must not end in a label that begins with a digit: URLs read `10.1` and `0x7f.1` as addresses. */
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

/** True for a host name, an address or a CIDR block; false for a URL, `host:port` and `*.host`. */
export const isAllowEntry = (text: string): boolean => entryOf(text) !== null;

/** True if the block contains the address. `::ffff:10.0.0.1` counts as `10.0.0.1`; no other IPv6 form counts as IPv4. */
function isIn([first, bits]: Block, address: string): boolean {
  // The parser reads the old form `::10.0.0.1` as IPv4, but no operating system does.
  if (/^::\d+\./.test(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.kind() === first.kind() && parsed.match(first, bits);
}

/** @throws TypeError that names the first entry that is not valid */
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
 * @returns why a URL is refused before its name is resolved; null if it is not. Addresses are checked at each connection. If
 * the list has CIDR blocks, plain HTTP to an unlisted name is accepted here, but connects only to an address in a block.
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
