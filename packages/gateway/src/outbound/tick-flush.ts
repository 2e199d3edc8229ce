/**
 * Writes at the end of a tick of the event loop everything that the tick produced. Answers wait until then, so that a
 * sender gets its ack and its own copy in one write; the order of the packets stays.
 */
import { resume, writeDirectly } from './direct-writes.ts';
import { gatherAt } from './gathered.ts';
import type { Line } from './line.ts';

class TickFlush {
  readonly #held = new Set<Line>();
  #flushes: (() => void)[] = [];
  #isPlanned = false;

  /** Runs `flush` at the end of this tick, once for each call, before the held lines are released. */
  schedule(flush: () => void): void {
    this.#flushes.push(flush);
    this.#plan();
  }

  /** Holds the line: later writes wait in the queue of Engine.IO until the tick ends. */
  hold(line: Line): void {
    const { transport, upgrading } = line.conn;
    // A busy transport already queues. Long polling is not held: it writes one response per poll.
    if (!transport.writable || upgrading || transport.name !== 'websocket') return;
    transport.writable = false;
    this.#held.add(line);
    this.#plan();
  }

  /**
   * Adds a packet's text or ready frames to what the line writes at the end of this tick, in one write and without a
   * packet of Engine.IO for each. The caller counts them.
   * @returns false: Engine.IO has to queue them
   */
  gather(line: Line, content: string | Buffer): boolean {
    if (line.gathered !== null) return line.gathered.add(content);
    const gathered = gatherAt(line.conn, content);
    if (gathered === null) return false;
    line.gathered = gathered;
    this.hold(line);
    return true;
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#isPlanned = false;
    const flushes = this.#flushes;
    this.#flushes = [];
    try {
      for (const flush of flushes) flush();
    } finally {
      for (const line of this.#held) release(line);
      this.#held.clear();
    }
  };
}

/** Releases a line: everything that waits is written, or its transport takes it. */
function release(line: Line): void {
  line.gathered?.end();
  line.gathered = null;
  if (!writeDirectly(line)) resume(line);
}

/** One instance per process, because there is one event loop. */
export const tickFlush = new TickFlush();
