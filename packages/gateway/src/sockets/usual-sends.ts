/**
 * The short way of the usual send: from the frame to the append, and from the outcome to the ack, without Socket.IO and
 * without promises. The ordinary way (session.ts, registry.ts, send.ts in core) is its specification: a property test
 * gives both the same frames and compares answers, entries and order.
 *
 * A frame takes the short way if all of this is true; any other frame takes the ordinary way, unchanged:
 * - messages are judged by the append alone, and the Socket.IO server is ours (`usualSendsOf` in gateway.ts)
 * - the connection is a WebSocket since its socket was opened, and has sent no binary packet
 * - no earlier frame of the connection waits for its dispatch: frames never pass each other
 * - nothing else listens for the events of the socket, or is asked about them
 * - the frame is a usual one (`usualFrameReader`): a valid message with the client's own id, and with an ack
 * - nothing traces requests (`tracedWork` in core)
 * - the session begins it at once: connected, attached, not moving, less than 256 open requests (`Session.enter`)
 *
 * Engine.IO and the limit of frames per second learn of the frame as of a packet without content.
 */
import { EventEmitter } from 'node:events';
import {
  type AppendOutcome,
  type Clock,
  emitTelemetry,
  errorFrom,
  fail,
  isTraced,
  type Logger,
  PlenumError,
  type Refused,
  relayedText,
  telemetryChannel,
  type UsualSend,
} from '@plenum/core';
import type { Answer, ErrorCode } from '@plenum/protocol';
import type { Socket } from 'socket.io';
import { failureOf } from '../requests/perform.ts';
import type { UsualFrame } from '../requests/usual-frame.ts';
import type { Session } from './session.ts';

const answers = telemetryChannel('request_answered');

/** Engine.IO ignores its content, as that of any packet that only shows that the client is there. */
const anyPacket = { type: 'noop' };

interface UsualSendsDeps {
  readonly send: UsualSend;
  readonly read: (frame: Buffer) => UsualFrame | null;
  /** Event name of client requests. */
  readonly event: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Listen = (data: Buffer, isBinary: boolean) => void;
const isListener = (value: unknown): value is Listen => typeof value === 'function';

export class UsualSends {
  readonly #deps: UsualSendsDeps;

  constructor(deps: UsualSendsDeps) {
    this.#deps = deps;
  }

  /** Call it when the socket was opened, before its next frame. */
  serve(socket: Socket, session: Session): void {
    const { transport } = socket.conn;
    const webSocket: unknown = transport.name === 'websocket' ? Reflect.get(transport, 'socket') : null;
    if (!(webSocket instanceof EventEmitter)) return;
    const [ordinary, ...others] = webSocket.listeners('message');
    // Without exactly the listener of Engine.IO this is not the ws that the contract test knows.
    if (!isListener(ordinary) || others.length > 0) return;
    const frames = new SessionFrames({ socket, session, ordinary }, this.#deps);
    webSocket.off('message', ordinary).on('message', frames.listen);
  }
}

interface FramesOf {
  readonly socket: Socket;
  readonly session: Session;
  /** Engine.IO's listener. */
  readonly ordinary: Listen;
}

const binaryEvent = '5'.charCodeAt(0);

/** The frames of one connection. */
class SessionFrames {
  readonly #of: FramesOf;
  readonly #deps: UsualSendsDeps;
  /** Frames on the ordinary way that Socket.IO has not dispatched yet. */
  #undispatched = 0;
  /** The next frame may be an attachment, which Socket.IO has to see in its place. */
  #hasSentBinary = false;

  constructor(of: FramesOf, deps: UsualSendsDeps) {
    this.#of = of;
    this.#deps = deps;
  }

  readonly listen = (data: Buffer, isBinary: boolean): void => {
    if (isBinary || !this.#take(data)) this.#passOn(data, isBinary);
  };

  /** @returns false: the frame takes the ordinary way */
  #take(data: Buffer): boolean {
    const { socket, session } = this.#of;
    if (isTraced('request') || this.#undispatched > 0 || this.#hasSentBinary || !this.#isAlone())
      return false;
    const frame = this.#deps.read(data);
    if (frame === null || !session.enter()) return false;
    socket.conn.transport.emit('packet', anyPacket);
    new OpenSend(frame, session, this.#deps).begin();
    return true;
  }

  /** Socket.IO dispatches a frame in the next tick of the process, so this runs after it. */
  #passOn(data: Buffer, isBinary: boolean): void {
    // Binary event (5) or binary ack (6).
    if (isBinary || (data[1] ?? 0) >= binaryEvent) this.#hasSentBinary = true;
    this.#undispatched += 1;
    this.#of.ordinary(data, isBinary);
    process.nextTick(this.#dispatched);
  }

  readonly #dispatched = (): void => {
    this.#undispatched -= 1;
  };

  /** True: the session is the only one that gets the events of the socket. */
  #isAlone(): boolean {
    const { socket } = this.#of;
    const middlewares: unknown = Reflect.get(socket, 'fns');
    if (!Array.isArray(middlewares) || middlewares.length > 0) return false;
    return socket.listenersAny().length === 1 && socket.listenerCount(this.#deps.event) === 0;
  }
}

/** One message on the short way. */
class OpenSend {
  readonly #frame: UsualFrame;
  readonly #session: Session;
  readonly #deps: UsualSendsDeps;
  readonly #startedMs: number | null;

  constructor(frame: UsualFrame, session: Session, deps: UsualSendsDeps) {
    this.#frame = frame;
    this.#session = session;
    this.#deps = deps;
    this.#startedMs = answers.hasSubscribers ? deps.clock.monotonicMs() : null;
  }

  begin(): void {
    const { requestId, groupId, message, argsText } = this.#frame;
    const sender = this.#session.userId;
    try {
      this.#deps.send({ sender, requestId, groupId, message, argsText }, this.#done);
    } catch (error) {
      this.#done(errorFrom(error));
    }
  }

  /** Never throws. */
  readonly #done = (outcome: AppendOutcome | PlenumError): void => {
    const session = this.#session;
    try {
      if (outcome instanceof PlenumError || outcome.type === 'refused') this.#refuse(outcome);
      else {
        this.#tell(null);
        session.leave();
        const { ackId, requestId } = this.#frame;
        const result = relayedText(outcome);
        session.device.writeHeld(
          `3${ackId}[{"request_id":"${requestId}","success":true,"result":${result}}]`,
        );
      }
    } catch (error) {
      session.failed(error);
    }
  };

  #refuse(outcome: PlenumError | Refused): void {
    const session = this.#session;
    const { ackId, requestId } = this.#frame;
    const caller = { actor: session.userId, requestId };
    const refusal =
      outcome instanceof PlenumError
        ? failureOf(outcome, { caller }, this.#deps.logger)
        : fail(outcome.failure);
    this.#tell(refusal.failure.code);
    session.leave();
    session.answer({ requestId }, refusal, (answer: Answer<unknown>) =>
      session.device.writeHeld(`3${ackId}[${JSON.stringify(answer)}]`),
    );
  }

  #tell(code: ErrorCode | null): void {
    if (this.#startedMs === null) return;
    const durationMs = this.#deps.clock.monotonicMs() - this.#startedMs;
    emitTelemetry('request_answered', { requestType: 'relay_msg', code, durationMs });
  }
}
