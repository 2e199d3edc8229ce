/**
 * Takes the requests of our paths out of an HTTP server of the application, before any of its listeners. All other
 * requests reach the listeners as if nothing were mounted, whether these were added before or after the mount.
 */
import type { EventEmitter } from 'node:events';
import { type Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { namesWebSocket } from './node-server.ts';

interface MountedPaths {
  /** Path before every route: `/plenum`. */
  readonly prefix: string;
  /** Path of our own Socket.IO server without a slash at its end; null: the application has the Socket.IO server. */
  readonly socketPath: string | null;
}

const isBelow = (path: string, top: string): boolean => path === top || path.startsWith(`${top}/`);

/**
 * @param server of the application
 * @param inner serves our requests, and does not listen itself
 * @returns a function that ends the mount; the server stays open
 */
export function mountOn(server: HttpServer, inner: HttpServer, paths: MountedPaths): () => void {
  const mount = new Mount(server, inner, paths);
  return () => mount.end();
}

class Mount {
  readonly #server: HttpServer;
  readonly #inner: HttpServer;
  readonly #paths: MountedPaths;
  /** `emit` as it was, of the server itself or of its class. */
  readonly #emit: EventEmitter['emit'];
  readonly #hadOwnEmit: boolean;
  #isEnded = false;

  constructor(server: HttpServer, inner: HttpServer, paths: MountedPaths) {
    this.#server = server;
    this.#inner = inner;
    this.#paths = paths;
    this.#emit = server.emit;
    this.#hadOwnEmit = Object.hasOwn(server, 'emit');
    // Listeners cannot keep an event from each other, so the event is taken before it reaches them.
    Reflect.set(server, 'emit', this.#mountedEmit);
    // Without a listener Node would serve an upgrade as an ordinary request, and tell no one of its socket.
    server.on('upgrade', this.#onUpgrade);
  }

  /** Another `emit` may have been set over ours meanwhile: then ours stays, and passes everything on. */
  end(): void {
    this.#isEnded = true;
    this.#server.off('upgrade', this.#onUpgrade);
    if (this.#server.emit !== this.#mountedEmit) return;
    if (this.#hadOwnEmit) Reflect.set(this.#server, 'emit', this.#emit);
    else Reflect.deleteProperty(this.#server, 'emit');
  }

  readonly #mountedEmit = (event: string, ...given: readonly unknown[]): boolean =>
    (!this.#isEnded && this.#takes(event, given)) ||
    Reflect.apply(this.#emit, this.#server, [event, ...given]);

  /** @returns true: the event was ours */
  #takes(event: string, [request, other, head]: readonly unknown[]): boolean {
    if (!(request instanceof IncomingMessage) || !this.#isOurs(request)) return false;
    if (event === 'upgrade') {
      if (this.#isWebSocket(request)) this.#inner.emit('upgrade', request, other, head);
      else if (other instanceof Socket) serveAsRequest(this.#inner, request, other);
      return true;
    }
    if (!(other instanceof ServerResponse)) return false;
    if (event === 'checkContinue') other.writeContinue();
    else if (event === 'checkExpectation') return this.#inner.emit('checkExpectation', request, other);
    else if (event !== 'request') return false;
    this.#inner.emit('request', request, other);
    return true;
  }

  #isOurs({ url = '' }: IncomingMessage): boolean {
    const { prefix, socketPath } = this.#paths;
    const [path = ''] = url.split('?', 1);
    return isBelow(path, prefix) || (socketPath !== null && isBelow(path, socketPath));
  }

  #isWebSocket({ url = '', headers }: IncomingMessage): boolean {
    const { socketPath } = this.#paths;
    return socketPath !== null && url.startsWith(`${socketPath}/`) && namesWebSocket(headers.upgrade);
  }

  /** An upgrade of the application. Where it listens for none, it gets the request that it got without the mount. */
  readonly #onUpgrade = (request: IncomingMessage, socket: unknown): void => {
    if (this.#server.listenerCount('upgrade') > 1 || !(socket instanceof Socket)) return;
    serveAsRequest(this.#server, request, socket);
  };
}

/** Serves a request whose upgrade is not spoken here, as Node does without listeners, and closes its connection. */
function serveAsRequest(server: HttpServer, request: IncomingMessage, socket: Socket): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.end());
  server.emit('request', request, response);
}
