/** Decides which web pages may use this node, and under which host names it answers. */
import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';
import type { TrustedProxies } from './client-address.ts';

/** @param peer the address of the connection; if it is a trusted proxy, its `X-Forwarded-Host` is used */
export type OriginRule = (headers: IncomingHttpHeaders, peer?: string) => boolean;

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' };
/** A scheme, a host, perhaps a port, and at most a slash after it. Also `capacitor://localhost`. */
const originForm = /^([a-z][a-z0-9+.-]*):\/\/([^\s/?#@\\]+)\/?$/i;

interface Place {
  readonly host: string;
  /** Empty if neither the text nor the scheme gives a port. */
  readonly port: string;
}

/** Normalizes a host: case and a final dot do not matter. */
function placeOf(authority: string, scheme: string): Place | null {
  const text = `http://${authority}`;
  if (!URL.canParse(text)) return null;
  const { hostname, username, pathname, search, hash } = new URL(text);
  if (username !== '' || pathname !== '/' || search !== '' || hash !== '') return null;
  // `URL` drops port 80 because of `http:`; the real scheme may be another one.
  const [, port = defaultPorts[scheme] ?? ''] = /:(\d{1,5})$/.exec(authority) ?? [];
  return { host: hostname.replace(/\.$/, ''), port: String(port === '' ? '' : Number(port)) };
}

/** @returns null if the text is no origin; `null` is none either */
function parsedOrigin(text: string): (Place & { readonly scheme: string }) | null {
  const [, scheme = '', authority = ''] = originForm.exec(text) ?? [];
  const place = authority === '' ? null : placeOf(authority, scheme.toLowerCase());
  return place === null ? null : { ...place, scheme: scheme.toLowerCase() };
}

/**
 * One spelling per origin. `null`, which sandboxed pages and files send, stays as it is. @returns null if the text is
 * no origin
 */
function normalOrigin(text: string): string | null {
  if (text === 'null') return text;
  const origin = parsedOrigin(text);
  return origin === null ? null : `${origin.scheme}://${origin.host}:${origin.port}`;
}

/** True for names of this machine only: no other machine can make a browser load its pages under such a name. */
function isLocalName(host: string): boolean {
  const name = placeOf(host, 'http')?.host ?? '';
  const isLoopback = (isIPv4(name) && name.startsWith('127.')) || name === '[::1]';
  const isMapped = /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(name);
  return name === 'localhost' || name.endsWith('.localhost') || isLoopback || isMapped;
}

/** @param host of the request */
export type HostRule = (host: string | undefined) => boolean;

/**
 * In dev mode a node issues tokens. If it answered under any name, any web page whose name leads to this machine
 * could ask for one.
 */
export function hostRule(configuredHost: string, isDev: boolean): HostRule {
  const own = placeOf(configuredHost.includes(':') ? `[${configuredHost}]` : configuredHost, 'http')?.host;
  return (host) => !isDev || host === undefined || isLocalName(host) || placeOf(host, 'http')?.host === own;
}

interface OriginRuleOptions {
  readonly corsOrigins: readonly string[];
  readonly isDev: boolean;
  readonly isHostAllowed: HostRule;
  readonly askedHost: TrustedProxies['askedHost'];
}

/**
 * Browsers do not apply CORS to WebSocket, so the server checks the origin itself. A request without `Origin` comes
 * from no browser. Behind a proxy that ends TLS the scheme is unknown, so the same origin means the same host and
 * port, or `Sec-Fetch-Site: same-origin` from the browser.
 */
export function originRule(options: OriginRuleOptions): OriginRule {
  const { corsOrigins, isDev, isHostAllowed, askedHost } = options;
  const allowed = new Set(corsOrigins.map(normalOrigin));
  return (headers, peer) => {
    const { origin } = headers;
    if (origin === undefined || allowed.has(normalOrigin(origin) ?? '')) return true;
    const from = parsedOrigin(origin);
    if (from === null) return false;
    if (isDev && isLocalName(from.host)) return true;
    const host = peer === undefined ? headers.host : askedHost(peer, headers);
    if (!isHostAllowed(host)) return false;
    if (headers['sec-fetch-site'] === 'same-origin') return true;
    const to = host === undefined ? null : placeOf(host, from.scheme);
    return to !== null && to.host === from.host && to.port === from.port;
  };
}
