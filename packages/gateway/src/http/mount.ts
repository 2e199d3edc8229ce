/**
 * Takes the requests of our paths out of an HTTP server of the application, before any of its listeners. All other
 * requests reach the listeners as if nothing were mounted, whether these were added before or after the mount.
 */
import type { EventEmitter } from 'node:events';
import { type Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PlenumError } from '@plenum/core';
import { namesWebSocket } from './node-server.ts';
import { upgradeListeners } from './server-sockets.ts';

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
 * @throws PlenumError `invalid_args` if another mount on the server has the same paths, or paths below or above them
 */
export function mountOn(server: HttpServer, inner: HttpServer, paths: MountedPaths): () => void {
  const mounts = mountsOf.get(server) ?? new Mounts(server);
  const mount = new Mount(inner, paths);
  mounts.add(mount);
  mountsOf.set(server, mounts);
  return () => {
    if (mounts.remove(mount)) mountsOf.delete(server);
  };
}

/** What is mounted on each server of an application. */
const mountsOf = new WeakMap<HttpServer, Mounts>();

/** The mounts on one server. It takes their events for as long as there is one. */
class Mounts {
  readonly #server: HttpServer;
  readonly #mounts = new Set<Mount>();
  /** `emit` as it was, of the server itself or of its class. */
  readonly #emit: EventEmitter['emit'];
  readonly #hadOwnEmit: boolean;

  constructor(server: HttpServer) {
    this.#server = server;
    this.#emit = server.emit;
    this.#hadOwnEmit = Object.hasOwn(server, 'emit');
  }

  add(mount: Mount): void {
    for (const other of this.#mounts) mount.expectApartFrom(other);
    if (this.#mounts.size === 0) {
      // Listeners cannot keep an event from each other, so the event is taken before it reaches them.
      Reflect.set(this.#server, 'emit', this.#mountedEmit);
      // Without a listener Node would serve an upgrade as an ordinary request, and tell no one of its socket.
      this.#server.on('upgrade', this.#onUpgrade);
    }
    this.#mounts.add(mount);
  }

  /**
   * Another `emit` may have been set over ours meanwhile: then ours stays, and passes everything on.
   * @returns true: it was the last one
   */
  remove(mount: Mount): boolean {
    if (!this.#mounts.delete(mount) || this.#mounts.size > 0) return false;
    this.#server.off('upgrade', this.#onUpgrade);
    if (this.#server.emit !== this.#mountedEmit) return true;
    if (this.#hadOwnEmit) Reflect.set(this.#server, 'emit', this.#emit);
    else Reflect.deleteProperty(this.#server, 'emit');
    return true;
  }

  readonly #mountedEmit = (event: string, ...given: readonly unknown[]): boolean => {
    for (const mount of this.#mounts) if (mount.takes(event, given)) return true;
    return Reflect.apply(this.#emit, this.#server, [event, ...given]);
  };

  /** An upgrade of the application. Where it listens for none, it gets the request that it got without the mount. */
  readonly #onUpgrade = (request: IncomingMessage, socket: unknown): void => {
    if (upgradeListeners(this.#server).length > 1 || !(socket instanceof Socket)) return;
    serveAsRequest(this.#server, request, socket);
  };
}

class Mount {
  readonly #inner: HttpServer;
  readonly #paths: MountedPaths;

  constructor(inner: HttpServer, paths: MountedPaths) {
    this.#inner = inner;
    this.#paths = paths;
  }

  get #tops(): readonly string[] {
    const { prefix, socketPath } = this.#paths;
    return socketPath === null ? [prefix] : [prefix, socketPath];
  }

  /** A request belongs to one mount. */
  expectApartFrom(other: Mount): void {
    for (const top of this.#tops) {
      const taken = other.#tops.find((theirs) => isBelow(top, theirs) || isBelow(theirs, top));
      if (taken === undefined) continue;
      const field = top === this.#paths.prefix ? 'gateway.prefix' : 'gateway.path';
      const error = `${field} is ${top}, but this server has another Plenum at ${taken}: give each a path of its own`;
      throw new PlenumError({ code: 'invalid_args', error, details: { field } });
    }
  }

  /** @returns true: the event was ours */
  takes(event: string, [request, other, head]: readonly unknown[]): boolean {
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
}

/** Serves a request whose upgrade is not spoken here, as Node does without listeners, and closes its connection. */
function serveAsRequest(server: HttpServer, request: IncomingMessage, socket: Socket): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.end());
  server.emit('request', request, response);
}
