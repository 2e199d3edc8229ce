/**
 * What one tick gathers for a line: one packet in the queue of Engine.IO that takes many answers and entries. The queue
 * stays the only order of a connection: a packet that Engine.IO queues later stays behind, and a close waits for all.
 */

import type { Socket } from 'socket.io';
import { joinedSizeMax, type Packet, preEncoded, queueOf, takesFrames } from './frame-packets.ts';
import { framesOfPackets } from './frames.ts';

type Conn = Socket['conn'];

interface OpenPacket extends Packet {
  readonly type: 'message';
  options?: NonNullable<Packet['options']>;
}

export class Gathered {
  readonly #conn: Conn;
  readonly #packet: OpenPacket = { type: 'message' };
  readonly #contents: (string | Buffer)[];
  #size: number;

  /** The queue must be empty, and its transport held until `end`. */
  constructor(conn: Conn, queue: Packet[], content: string | Buffer) {
    this.#conn = conn;
    this.#contents = [content];
    this.#size = content.length;
    queue.push(this.#packet);
  }

  /** @returns false: it is too much to copy, or another packet has followed */
  add(content: string | Buffer): boolean {
    this.#size += content.length;
    if (this.#size > joinedSizeMax || queueOf(this.#conn)?.at(-1) !== this.#packet) {
      this.#size = joinedSizeMax;
      return false;
    }
    this.#contents.push(content);
    return true;
  }

  /** Encodes the packet. A single buffer of frames stays as it is, because other lines share it. */
  end(): void {
    const [first, second] = this.#contents;
    const isShared = second === undefined && first !== undefined && typeof first !== 'string';
    this.#packet.options = preEncoded(isShared ? first : framesOfPackets(this.#contents));
  }
}

/** Begins to gather. @returns null: something waits already, or the transport takes no frames */
export function gatherAt(conn: Conn, content: string | Buffer): Gathered | null {
  if (conn.readyState !== 'open' || !conn.transport.writable || !takesFrames(conn)) return null;
  const queue = queueOf(conn);
  return queue === null || queue.length > 0 ? null : new Gathered(conn, queue, content);
}
