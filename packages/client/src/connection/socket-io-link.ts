/** A link by socket.io-client. The library's own reconnection is off: it knows nothing of tokens, positions and refusals. */
import type { Answer, ErrorCode, refusalsQuery } from '@plenum/protocol';
import { io, type Socket } from 'socket.io-client';
import type { Credentials, Link, LinkListeners, OpenLink } from './link.ts';

export interface SocketIoLinkOptions {
  readonly url: string;
  readonly path: string;
  readonly namespace: string;
  /** The event name of requests. */
  readonly event: string;
  readonly transports: readonly ('websocket' | 'polling')[];
  readonly connectTimeoutMs: number;
}

interface Refusal {
  readonly code: ErrorCode;
  readonly retry_after_ms?: number;
}

const isAnswer = (value: unknown): value is Answer<unknown> => typeof Object(value).success === 'boolean';
const isRefusal = (value: unknown): value is Refusal => typeof Object(value).code === 'string';

export const socketIoLink =
  (options: SocketIoLinkOptions): OpenLink =>
  (credentials: Credentials, listeners: LinkListeners): Link => {
    const socket = io(urlOf(options), {
      path: options.path,
      transports: [...options.transports],
      forceNew: true,
      reconnection: false,
      timeout: options.connectTimeoutMs,
      auth: { ...credentials },
    });
    listen(socket, listeners);
    return {
      ask: (envelope, timeoutMs, onAnswer) => {
        // After the time there is an error and no answer.
        socket.timeout(timeoutMs).emit(options.event, envelope, (_: unknown, answer?: unknown) => {
          onAnswer(isAnswer(answer) ? answer : null);
        });
      },
      close: () => silence(socket),
    };
  };

type Parameter = typeof refusalsQuery;
/** With it the node names a refusal that may pass, with its pause, instead of closing the connection. */
const readsRefusals: `${Parameter['name']}=${Parameter['value']}` = 'refusals=connect_error';

/** socket.io-client takes the path of the URL for the namespace, and its query for that of the handshake. */
const urlOf = ({ url, namespace }: SocketIoLinkOptions) =>
  `${namespace === '/' ? url : url.replace(/\/?(?=\?|$)/, namespace)}${url.includes('?') ? '&' : '?'}${readsRefusals}`;

function listen(socket: Socket, listeners: LinkListeners): void {
  socket.on('connect', () => listeners.opened());
  socket.on('disconnect', () => {
    silence(socket);
    listeners.lost();
  });
  socket.on('connect_error', ({ data }: Error & { data?: unknown }) => {
    silence(socket);
    if (isRefusal(data)) listeners.refused(data.code, data.retry_after_ms ?? 0);
    else listeners.lost();
  });
  for (const [event, listener] of Object.entries(listeners.pushes)) socket.on(event, listener);
}

function silence(socket: Socket): void {
  socket.removeAllListeners();
  socket.disconnect();
}
