/** Connects to public addresses only. What is checked is the address that is connected to, so no second look-up can differ. */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress } from './addresses.ts';

/** All addresses of a name. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const refusalOf = (host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${host} is not a public address`), { code: 'ERR_PRIVATE_ADDRESS' });

/** Answers as `dns.lookup` does, with an error if any address of the name is not public. */
function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error(`${hostname} has no address`), '');
      } else if (addresses.some(({ address }) => !isPublicAddress(address))) {
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
  /** True: any address. */
  readonly allowPrivate: boolean;
  /** Of connection and TLS handshake, ms. */
  readonly timeoutMs: number;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const { allowPrivate, timeoutMs: timeout, resolve = systemLookup } = options;
  if (allowPrivate) return buildConnector({ timeout });
  const connect = buildConnector({ timeout, lookup: publicLookup(resolve) });
  return (target, callback) => {
    // An address in the URL is connected to without a look-up.
    const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) !== 0 && !isPublicAddress(host)) callback(refusalOf(host), null);
    else connect(target, callback);
  };
}
