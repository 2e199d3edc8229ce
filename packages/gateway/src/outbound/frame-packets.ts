/**
 * Packets of Engine.IO that hold WebSocket frames, ready to be written. One packet may hold any number of frames, so what
 * waits for a socket, answers and entries alike, leaves as one of them: one buffer, one write, one callback.
 */
import type { Socket } from 'socket.io';
import { framesOfPackets } from './frames.ts';

interface PreEncoded {
  readonly compress?: boolean;
  readonly wsPreEncodedFrame: readonly [Buffer];
}

/** As Engine.IO queues it. */
export interface Packet {
  readonly type: string;
  readonly data?: unknown;
  readonly options?: Partial<PreEncoded>;
}

/** Engine.IO hands such frames to the transport as they are; a contract test pins that. */
export const preEncoded = (frames: Buffer): PreEncoded => ({ wsPreEncodedFrame: [frames] });

/** Long polling takes packets only, and so does a WebSocket that compresses. */
export const takesFrames = ({ transport, upgrading }: Socket['conn']): boolean =>
  transport.name === 'websocket' && !upgrading && !Reflect.get(transport, 'perMessageDeflate');

/** A longer queue is not joined, because joining copies its frames. In bytes of frames and characters of texts. */
const joinedSizeMax = 64 * 1024;

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

/** Frames as they are, or a text; null: another kind of packet. */
function contentOf({ type, data, options }: Packet): string | Buffer | null {
  const frames = options?.wsPreEncodedFrame?.[0];
  if (frames !== undefined) return frames;
  return type === 'message' && typeof data === 'string' ? data : null;
}
