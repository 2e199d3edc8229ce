/**
 * The gateway's part of a drain; `apps/server/src/drain-node.ts` runs it beside the hand-over of leases. `begin` is
 * called once, by `Gateway.drain` or `Gateway.close`. From then on a new handshake (sockets/handshake.ts) and a new
 * state change over REST (rest/request-routes.ts) are refused with `draining`, `/readyz` answers 503
 * (rest/node-routes.ts), and `moveSockets` closes the open sockets, spread over the given time.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Clock, sleep } from '@plenum/core';
import type { PushPayload } from '@plenum/protocol';
import { isForwarded } from './http/client-address.ts';

export class Drain {
  #isDraining = false;
  #doOthersAccept = false;

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** True while other processes accept the connections of the port of this node, which drains. */
  get doOthersAccept(): boolean {
    return this.#doOthersAccept;
  }

  begin(): void {
    this.#isDraining = true;
  }

  beginBesideOthers(): void {
    this.#isDraining = true;
    this.#doOthersAccept = true;
  }

  /** True for a client that meets another node if it connects again: so it gets no refusal, which would be final. */
  movesAway(headers: IncomingHttpHeaders): boolean {
    return this.#isDraining && (this.#doOthersAccept || isForwarded(headers));
  }
}

/** Time between two shares of sockets that are closed, ms. */
const stepMs = 50;

/** A socket that can move to another node. */
interface Movable {
  readonly device: { push(event: 'drain', payload: PushPayload<'drain'>): void };
  /** Answers the open requests, then closes. */
  move(): Promise<void>;
  /** Closes at once. */
  close(): void;
}

/**
 * Asks every client to move, then closes the sockets in equal shares over `withinMs`; the rest is closed at once at
 * the end.
 */
export async function moveSockets(
  sessions: ReadonlyMap<unknown, Movable>,
  withinMs: number,
  clock: Clock,
): Promise<void> {
  const waiting = [...sessions.values()];
  for (const { device } of waiting) device.push('drain', { within_ms: withinMs });
  const perStep = Math.max(1, Math.ceil((waiting.length * stepMs) / Math.max(withinMs, stepMs)));
  const deadlineMs = clock.monotonicMs() + withinMs;
  const closing: Promise<void>[] = [];
  while (waiting.length > 0) {
    if (withinMs > 0) await sleep(clock, stepMs);
    for (const session of waiting.splice(0, perStep)) closing.push(session.move());
  }
  const leftMs = Math.max(stepMs, deadlineMs - clock.monotonicMs());
  await Promise.race([Promise.all(closing), sleep(clock, leftMs)]);
  for (const session of [...sessions.values()]) session.close();
}
