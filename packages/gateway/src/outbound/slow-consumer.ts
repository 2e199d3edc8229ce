/** Cuts a client that does not read: limits of what may wait for it, when it is cut, and how it learns the reason. */
import { emitTelemetry } from '@plenum/core';
import type { PushPayload, UserId } from '@plenum/protocol';
import { placeIn } from './frames.ts';
import type { Line } from './line.ts';

/**
 * The most that may wait for one client: bytes of frames and packets, and entries (an answer or a push counts as
 * one). Above either limit the socket is cut, and the client continues from its own position. The limits are far
 * above a burst and far below the memory of a node.
 *
 * Bytes alone are not enough: each waiting entry takes 250 to 350 bytes more (Engine.IO's packet, its options, a
 * buffer), so 4 MiB of the smallest entries would take 30 MiB. With both limits it is less than 7 MiB.
 *
 * Bytes that the transport has taken do not count here: they are one batch, at most as large again, which stays there
 * until its last byte has left, however fast the client reads. `UnreadBudget` counts them when the client takes
 * nothing for a second.
 */
export const waitingMax = { bytes: 4 * 1024 * 1024, entries: 8192 } as const;

/**
 * A client that reads may have this many times as much waiting, because its machine or this one may be slow for a
 * moment.
 */
const burstFactor = 4;

const closing: PushPayload<'closing'> = { code: 'slow_consumer' };
const closingPacket = `["closing",${JSON.stringify(closing)}]`;

/** The socket that reads or does not. */
interface Consumer {
  readonly userId: UserId;
  readonly namespace: string;
}

const isTooMuch = ({ outbound: { queuedBytes, queuedEntries } }: Line, factor = 1): boolean =>
  queuedBytes > factor * waitingMax.bytes || queuedEntries > factor * waitingMax.entries;

/** Call it whenever bytes were added. */
export function checkSlowConsumer(line: Line, consumer: Consumer): void {
  if (!line.isSuspect && isTooMuch(line)) judgeSoon(line, consumer);
}

/** Checks again two ticks later: if the client reads, the transport takes the queue in the next tick. */
function judgeSoon(line: Line, consumer: Consumer): void {
  line.isSuspect = true;
  const { taking } = line.outbound;
  setImmediate(() => setImmediate(() => judge(line, consumer, taking)));
}

/**
 * Cuts the client if it took nothing since the last check; a client that reads is cut only above `burstFactor` times
 * the limit. @param takingBefore `taking` at the last check
 */
function judge(line: Line, consumer: Consumer, takingBefore: number): void {
  line.isSuspect = false;
  if (!isTooMuch(line)) return;
  const isStalled = line.outbound.taking === takingBefore;
  if (isStalled || isTooMuch(line, burstFactor)) cutSlowConsumer(line, consumer);
  else judgeSoon(line, consumer);
}

/**
 * Cuts the socket and discards the queue of Engine.IO. The reason `slow_consumer` is written past that queue, after
 * the bytes that the transport has taken: a client that reads again gets those bytes, then the reason.
 */
export function cutSlowConsumer({ conn, outbound }: Line, { userId, namespace }: Consumer): void {
  if (conn.readyState !== 'open') return;
  const { unreadBytes: bufferedBytes, queuedEntries: waitingEntries } = outbound;
  emitTelemetry('slow_consumer', { userId, bufferedBytes, waitingEntries });
  if (conn.transport.name === 'websocket') {
    const data = `2${placeIn(namespace)}${closingPacket}`;
    conn.transport.send([{ type: 'message', data }]);
  }
  conn.close(true);
}
