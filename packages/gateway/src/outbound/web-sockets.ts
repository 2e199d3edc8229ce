/**
 * Limits the cost of a WebSocket besides its messages: a text may have few fragments, at most one pong waits, and no
 * connection gets more than its share of the event loop. These are options of ws that Engine.IO does not pass on; a
 * contract test pins where they are.
 */
import { EventEmitter } from 'node:events';
import { Socket as TcpSocket } from 'node:net';
import { type Clock, emitTelemetry } from '@plenum/core';
import type { Server, Socket } from 'socket.io';
import { sharedListener } from '../shared-listener.ts';
import type { UnreadBudget } from './unread-budget.ts';

type Transport = Socket['conn']['transport'];

/** Fragments of one message. Browsers send none. */
export const fragmentsMax = 64;
/** Pieces in which one frame may arrive: 64 KiB in the smallest TCP segments has 122. */
const chunksMax = 256;

/**
 * Frames of one connection per second: far more than any client sends, and a tenth of what the event loop can handle.
 */
const framesPerSecMax = 20_000;
/** How long a peer that breaks the WebSocket protocol has to read why it is closed, ms. */
const farewellMs = 1000;
/** Bytes that are read from a connection before the others get their turn. Node alone reads two megabytes. */
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

/** Limits all WebSockets of a server, which may belong to the caller. */
export function boundWebSockets(io: Server, { clock, budget }: WebSocketBoundsDeps): void {
  boundMessages(io);
  // Engine.IO creates a new WebSocket server when the HTTP server begins to listen.
  const httpServer: unknown = Reflect.get(io, 'httpServer');
  if (httpServer instanceof EventEmitter) httpServer.on('listening', () => boundMessages(io));
  const onData = sharedListener((tcp: TcpSocket, { length }: Buffer) => {
    if (length >= readAtOnceMax) shareLoop(tcp, budget);
  });
  const bound = (transport: Transport) => {
    if (transport.name !== 'websocket') return;
    const webSocket: unknown = Reflect.get(transport, 'socket');
    const tcp: unknown = Reflect.get(Object(webSocket), '_socket');
    if (!canPong(webSocket) || !(tcp instanceof TcpSocket)) return;
    peers.set(webSocket, new Peer(webSocket, tcp, clock));
    tcp.on('data', onData);
    webSocket.on('error', onError).on('ping', onPing).on('pong', onPong);
    transport.on('packet', onPacket);
  };
  io.engine.on('connection', (conn: Socket['conn']) => {
    if (conn.transport.name === 'websocket') bound(conn.transport);
    else conn.on('upgrade', bound);
  });
}

function boundMessages(io: Server): void {
  const options: unknown = Reflect.get(Object(Reflect.get(io.engine, 'ws')), 'options');
  if (typeof options !== 'object' || options === null) return;
  Object.assign(options, { maxFragments: fragmentsMax, maxBufferedChunks: chunksMax, autoPong: false });
}

/** Pauses a connection after a large read, so that the others get their turn. */
function shareLoop(tcp: TcpSocket, budget: UnreadBudget): void {
  if (tcp.isPaused()) return;
  tcp.pause();
  setImmediate(() => {
    if (!budget.of(tcp).isGivenUp) tcp.resume();
  });
}

/** The peer of one WebSocket: counts its frames, and answers its pings. */
class Peer {
  readonly #webSocket: PongSender;
  readonly #tcp: TcpSocket;
  readonly #clock: Clock;
  #frames = 0;
  #sinceMs: number;
  #isPongWaiting = false;
  #unanswered: Buffer | null = null;

  constructor(webSocket: PongSender, tcp: TcpSocket, clock: Clock) {
    this.#webSocket = webSocket;
    this.#tcp = tcp;
    this.#clock = clock;
    this.#sinceMs = Math.trunc(clock.monotonicMs());
  }

  countFrame(): void {
    this.#frames += 1;
    if (this.#frames < framesPerSecMax) return;
    const nowMs = Math.trunc(this.#clock.monotonicMs());
    if (nowMs - this.#sinceMs < 1000) this.#cutFlood();
    this.#frames = 0;
    this.#sinceMs = nowMs;
  }

  /**
   * Answers pings; while one pong waits for a peer that does not read, only the last ping is kept. Example: of a
   * thousand pings the first and the last are answered, which is all that RFC 6455 asks for.
   */
  answerPing(data: Buffer): void {
    // A copy, because the data of ws is a part of a larger buffer.
    if (this.#isPongWaiting) this.#unanswered = Buffer.from(data);
    else this.#pong(data);
  }

  /** The peer broke the protocol and got a close frame; ws alone would wait 30 s for its answer. */
  cutSoon(): void {
    this.#clock.after(farewellMs, () => this.#tcp.destroy());
  }

  #pong(data: Buffer): void {
    this.#isPongWaiting = true;
    this.#webSocket.pong(data, false, () => {
      this.#isPongWaiting = false;
      const next = this.#unanswered;
      this.#unanswered = null;
      if (next !== null) this.#pong(next);
    });
  }

  #cutFlood(): void {
    emitTelemetry('anomaly', { kind: 'frame_flood' });
    this.#webSocket.close(1008, 'too many frames');
    this.#tcp.destroy();
  }
}

const peers = new WeakMap<object, Peer>();
const onError = sharedListener((webSocket: object) => peers.get(webSocket)?.cutSoon());
const onPong = sharedListener((webSocket: object) => peers.get(webSocket)?.countFrame());
const onPacket = sharedListener((transport: object) =>
  peers.get(Object(Reflect.get(transport, 'socket')))?.countFrame(),
);
const onPing = sharedListener((webSocket: object, data: Buffer) => {
  const peer = peers.get(webSocket);
  peer?.answerPing(data);
  peer?.countFrame();
});
