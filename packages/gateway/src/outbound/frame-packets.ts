/**
 * Engine.IO packets that contain ready WebSocket frames. One packet may contain many frames, so everything that waits
 * for a socket, answers and entries, leaves as one packet: one buffer, one write, one callback.
 */
import type { Socket } from 'socket.io';
import { framesOfPackets } from './frames.ts';

interface PreEncoded {
  readonly compress?: boolean;
  readonly wsPreEncodedFrame: readonly [Buffer];
}

/** A packet as Engine.IO queues it. */
export interface Packet {
  readonly type: string;
  readonly data?: unknown;
  readonly options?: Partial<PreEncoded>;
}

/** Engine.IO passes such frames to the transport unchanged; a contract test pins that. */
export const preEncoded = (frames: Buffer): PreEncoded => ({ wsPreEncodedFrame: [frames] });

const isQueue = (value: unknown): value is Packet[] => Array.isArray(value);

/** The packets that wait in Engine.IO; null: it keeps them elsewhere. A contract test pins where they are. */
export function queueOf(conn: Socket['conn']): Packet[] | null {
  const queue: unknown = Reflect.get(conn, 'writeBuffer');
  return isQueue(queue) ? queue : null;
}

/** False for long polling and for a WebSocket that compresses: both need packets. */
export const takesFrames = ({ transport, upgrading }: Socket['conn']): boolean =>
  transport.name === 'websocket' && !upgrading && !Reflect.get(transport, 'perMessageDeflate');

/** A longer queue is not joined, because joining copies its frames. In bytes of frames and characters of texts. */
export const joinedSizeMax = 64 * 1024;

/** Joins a short queue of messages into one packet, in place. Leaves a queue with any other packet as it is. */
export function joinPackets(queue: Packet[]): void {
  if (queue.length === 1 && queue[0]?.options?.wsPreEncodedFrame !== undefined) return;
  const packets: (string | Buffer)[] = [];
  let size = 0;
  for (const packet of queue) {
    const content = contentOf(packet);
    size += content?.length ?? 0;
    if (content === null || size > joinedSizeMax) return;
    packets.push(content);
  }
  queue.splice(0, queue.length, { type: 'message', options: preEncoded(framesOfPackets(packets)) });
}

/** The frames or the text of a packet; null for another kind of packet. */
function contentOf({ type, data, options }: Packet): string | Buffer | null {
  const frames = options?.wsPreEncodedFrame?.[0];
  if (frames !== undefined) return frames;
  return type === 'message' && typeof data === 'string' ? data : null;
}
