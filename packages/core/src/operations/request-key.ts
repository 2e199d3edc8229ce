import { hash } from 'node:crypto';
import type { RequestType } from '@plenum/protocol';
import type { RequestKey } from '../groups/commands.ts';
import type { Caller } from './operations.ts';

/** JSON with sorted keys: equal arguments give equal text whatever order they came in. Depth is bounded by the edge. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let fields = '';
  for (const key of Object.keys(value).sort()) {
    const field: unknown = Reflect.get(value, key);
    if (field !== undefined) fields += `${fields && ','}${JSON.stringify(key)}:${canonical(field)}`;
  }
  return `{${fields}}`;
}

/** Digest of a request's meaning: its type (alias resolved) and its arguments. 22 characters of base64url. */
const payloadHash = (operation: string, args: object): string =>
  hash('sha256', operation + canonical(args), 'base64url').slice(0, 22);

const clientIdRememberMs = 600_000;
const serverIdRememberMs = 15_000;

/**
 * The idempotency key of a request. Example: a client sends `relay_msg` "hi" with id r1, and the connection breaks before the
 * ack. It sends r1 again: nothing is stored, and the first answer comes back with the same seq. If it sends r1 with "ho",
 * the digest differs and the answer is `conflict`. A refused request is not remembered: r1 may be sent again.
 */
export const requestKey = (caller: Caller, type: RequestType, args: object): RequestKey => ({
  id: caller.requestId,
  payloadHash: payloadHash(type, args),
  rememberMs: caller.isServerMadeId ? serverIdRememberMs : clientIdRememberMs,
});
