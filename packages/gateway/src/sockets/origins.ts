import type { IncomingHttpHeaders } from 'node:http';

export type OriginRule = (headers: Pick<IncomingHttpHeaders, 'origin' | 'host'>) => boolean;

const localhosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Which pages may talk to this node. Browsers don't apply CORS to WebSocket, so the server has to look itself. No `Origin`
 * is not a browser; behind a proxy that ends TLS the scheme is unknown, so same origin means the same host and port.
 */
export function originRule(corsOrigins: readonly string[], isDev: boolean): OriginRule {
  const allowed = new Set(corsOrigins);
  return ({ origin, host }) => {
    if (origin === undefined || allowed.has(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    return url.host === host || (isDev && localhosts.has(url.hostname));
  };
}
