/** Signs webhooks by Standard Webhooks 1.0: one HMAC-SHA256 over `<id>.<timestamp>.<body>` per secret. */
import { createHmac } from 'node:crypto';

const prefix = 'whsec_';
const minBytes = 24;
const maxBytes = 64;

/** @throws TypeError that does not quote the secret */
function keyOf(secret: string): Buffer {
  const encoded = secret.slice(prefix.length);
  const key = Buffer.from(encoded, 'base64');
  const isWhole = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded);
  if (secret.startsWith(prefix) && isWhole && key.length >= minBytes && key.length <= maxBytes) return key;
  throw new TypeError(`a webhook secret is whsec_ and ${minBytes} to ${maxBytes} bytes in base64`);
}

export interface SignedContent {
  /** The same for every attempt to deliver an event. Contains no full stop. */
  readonly id: string;
  readonly timestampSec: number;
  /** The body exactly as it is sent. */
  readonly body: string;
}

/** @returns the value of the header `webhook-signature` */
export type Sign = (content: SignedContent) => string;

/**
 * Signs with every secret, so that a receiver may know any of them while they are replaced.
 * @throws TypeError if there is no secret, or if one is not valid
 */
export function createSigner(secrets: readonly string[]): Sign {
  const keys = secrets.map(keyOf);
  if (keys.length === 0) throw new TypeError('a webhook needs at least one secret to be signed with');
  return ({ id, timestampSec, body }) =>
    keys
      .map((key) => createHmac('sha256', key).update(`${id}.${timestampSec}.${body}`).digest('base64'))
      .map((digest) => `v1,${digest}`)
      .join(' ');
}
