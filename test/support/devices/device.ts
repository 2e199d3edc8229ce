/** A user's device over plain socket.io-client that remembers everything it is sent, in order. */
import type { Answer, GroupEvent, RelayMessagePush } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

export interface Arrival {
  readonly event: string;
  readonly payload: unknown;
}

/** What a request is answered with; the test says what it expects in it. */
export type AnyAnswer = Answer<Record<string, unknown>>;

export type DeviceOptions = Partial<ManagerOptions & SocketOptions> & {
  readonly auth?: object;
  /** Event name of requests, default `request`. */
  readonly event?: string;
  /** Of this machine; its WebSocket comes from there. */
  readonly localAddress?: string;
};

/** Such a device reads every refusal, and does not come back by itself after it. */
export const readsRefusals = { query: { refusals: 'connect_error' } };

const connectLimitMs = 30_000;

export class Device implements AsyncDisposable {
  readonly socket: Socket;
  readonly arrivals: Arrival[] = [];
  readonly #event: string;

  constructor(url: string, token: string, { auth, event = 'request', ...options }: DeviceOptions = {}) {
    this.#event = event;
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      ...options,
      auth: { token, ...auth },
    });
    this.socket.onAny((name: string, payload: unknown) => this.arrivals.push({ event: name, payload }));
  }

  /** Connected, and attached to the groups that its user had. */
  async connected(): Promise<this> {
    if (this.socket.connected) return this;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no connection')), connectLimitMs);
      this.socket.once('connect', () => {
        clearTimeout(timer);
        resolve();
      });
      this.socket.once('connect_error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      this.socket.once('disconnect', (reason) => {
        // The library tries again by itself.
        if (this.socket.io.reconnection()) return;
        clearTimeout(timer);
        reject(new Error(reason));
      });
    });
    return this;
  }

  /** Sends the request unchanged, request id included if there is one. */
  ask(envelope: unknown): Promise<AnyAnswer> {
    return this.socket.timeout(15_000).emitWithAck(this.#event, envelope);
  }
  request(request_type: string, args: object, requestId?: string): Promise<AnyAnswer> {
    return this.ask({ request_type, args, ...(requestId === undefined ? {} : { request_id: requestId }) });
  }
  /** @returns the result; a failure fails the test with the whole answer. */
  async must(request_type: string, args: object, requestId?: string): Promise<Record<string, unknown>> {
    const answer = await this.request(request_type, args, requestId);
    if (!answer.success) throw new Error(`${request_type}: ${JSON.stringify(answer)}`);
    return answer.result;
  }
  send(group_id: string, message: string, requestId?: string): Promise<AnyAnswer> {
    return this.request('relay_msg', { group_id, message }, requestId);
  }

  pushes<T = Record<string, unknown>>(event: string): T[] {
    return this.arrivals.filter((arrival) => arrival.event === event).map(({ payload }) => payload as T);
  }
  messages(groupId?: string): RelayMessagePush['result'][] {
    const all = this.pushes<RelayMessagePush>('relay_message').map(({ result }) => result);
    return groupId === undefined ? all : all.filter(({ group_id }) => group_id === groupId);
  }
  /** Seqs of messages and group events, in the order of their arrival. */
  seqs(groupId: string): number[] {
    return this.arrivals.flatMap(({ event, payload }) => {
      const entry =
        event === 'relay_message'
          ? (payload as RelayMessagePush).result
          : event === 'group_event'
            ? (payload as GroupEvent)
            : null;
      return entry?.group_id === groupId ? [entry.seq] : [];
    });
  }

  /** Waits for a push that holds at least `shape`'s fields. */
  async until(event: string, shape: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    return eventually(() => {
      const found = this.pushes(event).find((payload) => holds(payload, shape));
      if (found === undefined) {
        throw new Error(
          `no ${event} with ${JSON.stringify(shape)} in ${JSON.stringify(this.arrivals.slice(-12))}`,
        );
      }
      return found;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.disconnect();
  }
}

function holds(value: unknown, shape: unknown): boolean {
  if (typeof shape !== 'object' || shape === null) return value === shape;
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map(Object.entries(value));
  return Object.entries(shape).every(([key, part]) => holds(fields.get(key), part));
}

/** Dense and strictly increasing: a client sees by itself that it missed nothing. */
export function isDense(seqs: readonly number[]): boolean {
  return seqs.every((seq, i) => i === 0 || seq === (seqs[i - 1] ?? 0) + 1);
}
