/** A TCP proxy that breaks connections as networks do: it can be silent in one or both directions, cut, refuse and delay. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { FaultyLink } from './faulty-link.ts';

export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Links that are open now. */
  readonly linkCount: number;
  /**
   * The links that exist now go half-open: nothing reaches the client, not even the end of the connection,
   * and no error occurs. Links made later are healthy.
   * @param said only links whose client sent a matching text first, such as the name of the connection
   */
  pauseDownstream(said?: RegExp): void;
  resumeDownstream(): void;
  /**
   * Nothing passes in either direction and no error occurs, until `heal`: what was sent arrives then. A connection that is made
   * meanwhile opens, and gets no answer before.
   */
  partition(): void;
  heal(): void;
  /** Resets every link. @param said only links whose client sent a matching text first */
  cutAll(said?: RegExp): void;
  /** The address moves: later links lead to this port of the same host. Existing links stay. */
  moveTo(targetPort: number): void;
  /** True: new connections are reset at once. */
  refuse(isRefusing: boolean): void;
  /** Delays all bytes to the client, in order; 0 ends the delay. */
  delay(delayMs: number): void;
  stop(): Promise<void>;
}

export interface FaultProxyOptions {
  /** Default 127.0.0.1. */
  readonly targetHost?: string;
  readonly targetPort: number;
}

/** Resolves when the proxy listens, on a free port of 127.0.0.1. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new TcpFaultProxy(options);
  await proxy.listen();
  return proxy;
}

class TcpFaultProxy implements FaultProxy {
  #target: FaultProxyOptions;
  readonly #links = new Set<FaultyLink>();
  readonly #server: Server;
  #isRefusing = false;
  /** Connections that were made during a partition; null: there is none. */
  #waiting: Set<Socket> | null = null;
  #delayMs = 0;

  constructor(target: FaultProxyOptions) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get linkCount(): number {
    return this.#links.size;
  }

  pauseDownstream(said = /(?:)/): void {
    for (const link of this.#links) if (said.test(link.beginning)) link.pause();
  }

  resumeDownstream(): void {
    for (const link of this.#links) link.resume();
  }

  partition(): void {
    this.#waiting ??= new Set();
    for (const link of this.#links) link.silence();
  }

  heal(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const client of waiting) this.#link(client);
    for (const link of this.#links) link.resume();
  }

  cutAll(said = /(?:)/): void {
    // They have said nothing that was heard.
    for (const client of this.#waiting ?? []) if (said.test('')) client.resetAndDestroy();
    for (const link of this.#links) if (said.test(link.beginning)) link.cut();
  }

  moveTo(targetPort: number): void {
    this.#target = { ...this.#target, targetPort };
  }

  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
  }

  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  async stop(): Promise<void> {
    this.cutAll();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const waiting = this.#waiting;
    if (waiting === null) {
      this.#link(client);
      return;
    }
    client.on('error', () => undefined);
    client.once('close', () => waiting.delete(client));
    waiting.add(client);
  }

  #link(client: Socket): void {
    const { targetHost: host = '127.0.0.1', targetPort: port } = this.#target;
    const target = connect({ host, port, allowHalfOpen: true });
    const link: FaultyLink = new FaultyLink(client, target, {
      delayMs: () => this.#delayMs,
      onClose: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }
}
