/**
 * Lets a subscriber client emit the payloads of its channels without decoding them as replies. The client library has no
 * way for this, so its listener for the bytes of a connection is wrapped; a contract test pins what is assumed of it.
 */
import { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';
import { PayloadReader } from './payload-reader.ts';

/**
 * To be called before the client connects. The client emits `smessageBuffer` as before. A connection on which the listener
 * of the library is not found is read by the library alone.
 */
export function readPayloads(redis: Redis): void {
  // Each connection has its own reader: a reply that was cut when a connection ended never continues on the next one.
  redis.on('connect', () => {
    const { stream } = redis;
    const decode = decoderOf(stream);
    if (decode === null) return;
    const onPayload = redis.emit.bind(redis, 'smessageBuffer');
    stream.prependListener('data', new PayloadReader({ onPayload, onOther: decode }).read);
    stream.removeListener('data', decode);
  });
}

type Listener = (bytes: Buffer) => void;

/** The listener with which the library decodes replies: the first for data, before those that only watch for silence. */
function decoderOf(stream: unknown): Listener | null {
  if (!(stream instanceof Duplex)) return null;
  const [first] = stream.rawListeners('data');
  return isListener(first) && !('listener' in first) ? first : null;
}

const isListener = (value: unknown): value is Listener => typeof value === 'function' && value.length === 1;
