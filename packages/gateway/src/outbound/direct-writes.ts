/**
 * Writes the queue of a connection straight into its TCP socket, past Engine.IO and ws, which take as long as the write
 * itself. Only whole frames, and only while nothing waits below: the peer has taken everything before. Anything else
 * leaves the queue as it is, and Engine.IO writes it.
 */
import { TLSSocket } from 'node:tls';
import { joinPackets, queueOf, takesFrames } from './frame-packets.ts';
import type { Line } from './line.ts';

/**
 * Writes what waits. The transport, which must be held, is writable again when the kernel has taken everything; until
 * then Engine.IO queues, so that all limits of waiting bytes hold.
 * @returns false: nothing was written
 */
export function writeDirectly(line: Line): boolean {
  const { conn, tcp, outbound } = line;
  if (tcp === null || !isOpen(conn) || !isIdle(tcp)) return false;
  const queue = queueOf(conn);
  if (queue === null || queue.length === 0) return false;
  joinPackets(queue);
  const frames = queue.length === 1 ? queue[0]?.options?.wsPreEncodedFrame?.[0] : undefined;
  if (frames === undefined) return false;
  queue.length = 0;
  tcp.write(frames);
  outbound.taken();
  if (tcp.writableLength === 0) resume(line);
  else tcp.write('', () => resume(line));
  return true;
}

/** The transport takes what waits, now and from now on. */
export function resume({ conn: { transport } }: Line): void {
  transport.writable = true;
  transport.emit('ready');
}

/** True: the connection is open, and no other code listens for its packets or waits until they are sent. */
function isOpen(conn: Line['conn']): boolean {
  if (conn.readyState !== 'open' || !takesFrames(conn) || conn.listenerCount('flush') !== 1) return false;
  const callbacks: unknown = Reflect.get(conn, 'packetsFn');
  return Array.isArray(callbacks) && callbacks.length === 0;
}

/** True: the kernel has taken all bytes. A TLS socket says that late, so it is left to Engine.IO. */
const isIdle = (tcp: NonNullable<Line['tcp']>): boolean =>
  tcp.writable && tcp.writableLength === 0 && !(tcp instanceof TLSSocket);
