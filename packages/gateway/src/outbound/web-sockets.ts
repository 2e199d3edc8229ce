/**
 * What a WebSocket may cost besides its messages: a text comes in few fragments, one pong waits at most, and no connection
 * takes more than its share of the event loop. The options are those of ws, which the server of Engine.IO does not pass on;
 * a contract test pins where they are.
 */
import { EventEmitter } from 'node:events';
import { Socket as TcpSocket } from 'node:net';
import { type Clock, emitTelemetry } from '@plenum/core';
import type { Server, Socket } from 'socket.io';
import type { Outbound } from './outbound.ts';
import type { UnreadBudget } from './unread-budget.ts';

type Transport = Socket['conn']['transport'];

/** Of one message. Browsers send none at all. */
export const fragmentsMax = 64;
/** Pieces in which a frame may arrive: one of 64 KiB in the smallest TCP segments has 122. */
const chunksMax = 256;

/** Frames of one connection in a second: far more than any client sends, a tenth of what the event loop could take. */
const framesPerSecMax = 20_000;
/** A peer that breaks the protocol of WebSockets has this long to read why it is closed. */
const farewellMs = 1000;
/** Of what is read of a connection at once, bytes. Node reads two megabytes of it before it turns to another one. */
const readAtOnceMax = 32 * 1024;

interface PongSender extends EventEmitter {
  pong(data: Buffer, isMasked: boolean, onSent: () => void): void;
  close(code: number, reason: string): void;
}

const canPong = (value: unknown): value is PongSender =>
  value instanceof EventEmitter && typeof Reflect.get(value, 'pong') === 'function';

interface WebSocketBoundsDeps {
  readonly clock: Clock;
  readonly budget: UnreadBudget;
}

/** Also of a server of the caller's. */
export function boundWebSockets(io: Server, parts: WebSocketBoundsDeps): void {
  boundMessages(io);
  // Engine.IO makes its WebSocket server anew when the HTTP server begins to listen.
  const httpServer: unknown = Reflect.get(io, 'httpServer');
  if (httpServer instanceof EventEmitter) httpServer.on('listening', () => boundMessages(io));
  io.engine.on('connection', (conn: Socket['conn']) => {
    bound(conn.transport, parts);
    conn.on('upgrade', (transport) => bound(transport, parts));
  });
}

function boundMessages(io: Server): void {
  const options: unknown = Reflect.get(Object(Reflect.get(io.engine, 'ws')), 'options');
  if (typeof options !== 'object' || options === null) return;
  Object.assign(options, { maxFragments: fragmentsMax, maxBufferedChunks: chunksMax, autoPong: false });
}

function bound(transport: Transport, { clock, budget }: WebSocketBoundsDeps): void {
  if (transport.name !== 'websocket') return;
  const webSocket: unknown = Reflect.get(transport, 'socket');
  const tcp: unknown = Reflect.get(Object(webSocket), '_socket');
  if (!canPong(webSocket) || !(tcp instanceof TcpSocket)) return;
  answerPings(webSocket);
  shareLoop(tcp, budget.of(tcp));
  const count = frameCount(clock, () => {
    emitTelemetry('anomaly', { kind: 'frame_flood' });
    webSocket.close(1008, 'too many frames');
    tcp.destroy();
  });
  // It broke the protocol and got a close frame; ws would wait half a minute for its answer.
  webSocket.once('error', () => clock.after(farewellMs, () => tcp.destroy()));
  webSocket.on('ping', count);
  webSocket.on('pong', count);
  transport.on('packet', count);
}

/** @returns counts one frame. */
function frameCount(clock: Clock, onFlood: () => void): () => void {
  let frames = 0;
  let sinceMs = clock.monotonicMs();
  return () => {
    frames += 1;
    if (frames < framesPerSecMax) return;
    const nowMs = clock.monotonicMs();
    if (nowMs - sinceMs < 1000) onFlood();
    frames = 0;
    sinceMs = nowMs;
  };
}

/** A connection that has much to say lets the others speak in between. */
function shareLoop(tcp: TcpSocket, outbound: Outbound): void {
  tcp.on('data', ({ length }: Buffer) => {
    if (length < readAtOnceMax || tcp.isPaused()) return;
    tcp.pause();
    setImmediate(() => {
      if (!outbound.isGivenUp) tcp.resume();
    });
  });
}

/**
 * While a pong waits for a peer that does not read, only the last ping is remembered. Example: of a thousand pings the first
 * and the last are answered, which is all that RFC 6455 asks for.
 */
function answerPings(webSocket: PongSender): void {
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
