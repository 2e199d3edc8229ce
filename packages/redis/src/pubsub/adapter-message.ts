/**
 * Checks payloads for the Socket.IO adapter. Its own handler trusts every payload: without this check one malformed
 * publish ends each subscribed process. The schemas require exactly the fields that the handler reads
 * (socket.io-adapter 2.5, `ClusterAdapter.onMessage` and `onResponse`).
 */
import { isDeeperThan } from '@plenum/protocol';
import { z } from 'zod';

/** A depth that every later JSON.stringify survives. */
const maxDepth = 64;

/** These would run the server's own connection handlers with the payload. */
const reservedEvents = new Set(['connect', 'connection', 'new_namespace', 'error']);

const opts = z.looseObject({
  rooms: z.array(z.string()),
  except: z.array(z.string()),
  /** Lua writes an empty table as an array. */
  flags: z.union([z.looseObject({}), z.tuple([])]).optional(),
});
const requestId = z.string();
const eventName = z.union([z.string(), z.number()]);
/** The packet type EVENT of the parser; nothing else is broadcast. */
const eventPacket = z.looseObject({ type: z.literal(2), data: z.tuple([eventName], z.unknown()) });
const serverEvent = z.tuple(
  [z.string().refine((name) => !reservedEvents.has(name), 'a reserved event')],
  z.unknown(),
);
const remoteSocket = z.looseObject({
  id: z.string(),
  handshake: z.looseObject({}),
  rooms: z.array(z.string()),
});

/** The adapter's message types by number. 1, 2 and 13 are heartbeats, which the sharded adapter does not use. */
const dataByType = new Map<number, z.ZodType>([
  [3, z.looseObject({ packet: eventPacket, opts, requestId: requestId.optional() })],
  [4, z.looseObject({ opts, rooms: z.array(z.string()) })],
  [5, z.looseObject({ opts, rooms: z.array(z.string()) })],
  [6, z.looseObject({ opts, close: z.boolean().optional() })],
  [7, z.looseObject({ opts, requestId })],
  [8, z.looseObject({ requestId, sockets: z.array(remoteSocket) })],
  [9, z.looseObject({ packet: serverEvent, requestId: requestId.optional() })],
  [10, z.looseObject({ requestId })],
  [11, z.looseObject({ requestId, clientCount: z.number() })],
  [12, z.looseObject({ requestId })],
]);

const envelope = z.looseObject({
  uid: z.string(),
  nsp: z.string(),
  type: z.number(),
  data: z.looseObject({}),
});

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * True when the adapter's handler can process the payload. JSON only: the adapter uses msgpack for binary arguments,
 * which this service never emits.
 */
export function isAdapterMessage(payload: Buffer): boolean {
  const value = parseJson(payload);
  if (isDeeperThan(value, maxDepth)) return false;
  const message = envelope.safeParse(value);
  if (!message.success) return false;
  return dataByType.get(message.data.type)?.safeParse(message.data.data).success ?? false;
}
