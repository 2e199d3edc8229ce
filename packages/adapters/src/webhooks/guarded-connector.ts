/**
 * Connects only to public and to allowed addresses. It checks the address to which it then connects, so a second DNS look-up
 * cannot give another address.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type AllowList, isPublicAddress } from './allow-list.ts';

/** Resolves a name to all its addresses. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const refusalOf = (host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${host} is not a public address, and PLENUM_WEBHOOK_ALLOW does not name it`), {
    code: 'ERR_PRIVATE_ADDRESS',
  });

/** Works like `dns.lookup`, but fails if any address of the name is not allowed. */
function guardedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error(`${hostname} has no address`), '');
      } else if (!addresses.every(({ address }) => isAllowed(address))) {
        callback(refusalOf(hostname), '');
      } else if (options.all === true) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

export interface ConnectorOptions {
  /** True to allow any address. */
  readonly allowPrivate: boolean;
  readonly allow: AllowList;
  /** Time limit of connection and TLS handshake together, ms. */
  readonly timeoutMs: number;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const { allowPrivate, allow, timeoutMs: timeout, resolve = systemLookup } = options;
  const open = buildConnector({ timeout, lookup: guardedLookup(resolve, () => true) });
  if (allowPrivate) return open;
  const isPublicOrAllowed = (address: string) => isPublicAddress(address) || allow.allowsAddress(address);
  const secure = buildConnector({ timeout, lookup: guardedLookup(resolve, isPublicOrAllowed) });
  // Plain HTTP connects only to addresses that the list names.
  const plain = buildConnector({ timeout, lookup: guardedLookup(resolve, allow.allowsAddress) });
  return (target, callback) => {
    const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
    if (allow.allowsHost(host)) {
      open(target, callback);
      return;
    }
    const isSecure = target.protocol === 'https:';
    // An address in the URL is not looked up, so it is checked here.
    const isAllowed = isSecure ? isPublicOrAllowed : allow.allowsAddress;
    if (isIP(host) !== 0 && !isAllowed(host)) callback(refusalOf(host), null);
    else (isSecure ? secure : plain)(target, callback);
  };
}
