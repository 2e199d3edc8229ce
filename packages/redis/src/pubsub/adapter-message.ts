/**
 * Checks payloads before the Socket.IO adapter gets them. The adapter trusts every payload: without this check one
 * malformed publish would end every subscribed process. The schemas require exactly the fields that the adapter reads
 * (socket.io-adapter 2.5, `ClusterAdapter.onMessage` and `onResponse`).
 */
import { isDeeperThan } from '@plenum/protocol';
import { z } from 'zod';

/** Maximum depth of nested values; a much deeper one would overflow the stack in a later JSON.stringify. */
const maxDepth = 64;

/** Events that would call the server's own connection handlers with the payload. */
const reservedEvents = new Set(['connect', 'connection', 'new_namespace', 'error']);

const opts = z.looseObject({
  rooms: z.array(z.string()),
  except: z.array(z.string()),
  /** Lua writes an empty table as an array. */
  flags: z.union([z.looseObject({}), z.tuple([])]).optional(),
});
const requestId = z.string();
const eventName = z.union([z.string(), z.number()]);
/** A packet of type 2, EVENT: the only type that is broadcast. */
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

/** The data of each message type of the adapter. 1, 2 and 13 are heartbeats, which the sharded adapter does not send. */
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
 * True if the adapter can process the payload without an error. Accepts only JSON: the adapter uses msgpack for binary
 * arguments, which this service never sends.
 */
export function isAdapterMessage(payload: Buffer): boolean {
  const value = parseJson(payload);
  if (isDeeperThan(value, maxDepth)) return false;
  const message = envelope.safeParse(value);
  if (!message.success) return false;
  return dataByType.get(message.data.type)?.safeParse(message.data.data).success ?? false;
}
