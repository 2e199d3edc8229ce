/**
 * Connections that were closed before their client had read everything. What the transport has taken stays on offer for
 * as long as the WebSocket waits for its end, half a minute, so that a client which reads on gets it; but whoever never
 * reads, is cut and comes back must not leave that behind each time.
 */
import type { Socket as TcpSocket } from 'node:net';

/** Bytes that may be on offer on all closed connections together; above it the oldest ones end at once. */
export const unreadMax = 64 * 1024 * 1024;

class Unread {
  readonly #bytesOf = new Map<TcpSocket, number>();
  #bytes = 0;

  /** The connection above `tcp` was closed just now. */
  add(tcp: TcpSocket): void {
    const bytes = tcp.writableLength;
    if (tcp.destroyed || bytes === 0 || this.#bytesOf.has(tcp)) return;
    this.#bytesOf.set(tcp, bytes);
    this.#bytes += bytes;
    tcp.once('close', () => this.#remove(tcp));
    for (const oldest of this.#bytesOf.keys()) {
      if (this.#bytes <= unreadMax) break;
      this.#remove(oldest);
      oldest.destroy();
    }
  }

  #remove(tcp: TcpSocket): void {
    this.#bytes -= this.#bytesOf.get(tcp) ?? 0;
    this.#bytesOf.delete(tcp);
  }
}

/** Of the process, as its memory is. */
export const unread = new Unread();
