/**
 * What a WebSocket may keep in memory besides messages: a text in few fragments, and one pong. The options are those of ws,
 * which the server of Engine.IO does not pass on; a contract test pins where they are.
 */
import { EventEmitter } from 'node:events';
import type { Server, Socket } from 'socket.io';

type Transport = Socket['conn']['transport'];

/** Of one message. Browsers send none at all. */
export const fragmentsMax = 64;
/** Pieces in which a frame may arrive: one of 64 KiB in the smallest TCP segments has 122. */
const chunksMax = 256;

interface PongSender extends EventEmitter {
  pong(data: Buffer, isMasked: boolean, onSent: () => void): void;
}

const canPong = (value: unknown): value is PongSender =>
  value instanceof EventEmitter && typeof Reflect.get(value, 'pong') === 'function';

/** Also of a server of the caller's. */
export function boundWebSockets(io: Server): void {
  const options: unknown = Reflect.get(Object(Reflect.get(io.engine, 'ws')), 'options');
  if (typeof options !== 'object' || options === null) return;
  Object.assign(options, { maxFragments: fragmentsMax, maxBufferedChunks: chunksMax, autoPong: false });
  io.engine.on('connection', (conn: Socket['conn']) => {
    answerPings(conn.transport);
    conn.on('upgrade', answerPings);
  });
}

/**
 * While a pong waits for a peer that does not read, only the last ping is remembered. Example: of a thousand pings the first
 * and the last are answered, which is all that RFC 6455 asks for.
 */
function answerPings(transport: Transport): void {
  if (transport.name !== 'websocket') return;
  const webSocket: unknown = Reflect.get(transport, 'socket');
  if (!canPong(webSocket)) return;
  let isWaiting = false;
  let unanswered: Buffer | null = null;
  const answer = (data: Buffer) => {
    isWaiting = true;
    webSocket.pong(data, false, onSent);
  };
  const onSent = () => {
    isWaiting = false;
    const data = unanswered;
    unanswered = null;
    if (data !== null) answer(data);
  };
  webSocket.on('ping', (data: Buffer) => {
    // A copy: what ws hands out is a part of all that was read with it.
    if (isWaiting) unanswered = Buffer.from(data);
    else answer(data);
  });
}
