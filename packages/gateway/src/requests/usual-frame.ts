/**
 * Reads the usual send straight from its frame: the text that socket.io-client sends for
 * `emit('request', { request_type: 'relay_msg', request_id, args: { group_id, message } }, ack)`, when JSON escapes no
 * character of it. Everything else is read in the ordinary way, by Engine.IO, Socket.IO and the registry of requests.
 */
import { exceedsBytes, type GroupId, isGroupId, isRequestId } from '@plenum/protocol';

export interface UsualFrame {
  /** The number of the ack, as the client wrote it. */
  readonly ackId: string;
  readonly requestId: string;
  readonly groupId: GroupId;
  readonly message: string;
  /** JSON text of the arguments: their keys are sorted, and no character is escaped. */
  readonly argsText: string;
}

/** Bytes of every frame that is read: Engine.IO `message`, Socket.IO `event`, and the end of the text. */
const opening = [...Buffer.from('42')];
const lastByte = ']'.charCodeAt(0);

const beforeRequestId = ',{"request_type":"relay_msg","request_id":"';
const beforeGroupId = '","args":{"group_id":"';

/**
 * A number of an ack that is written as JavaScript writes it, and exact. Texts end at the next quotation mark: one
 * with an escape or a control character does not match.
 */
const patternOf = (eventText: string): RegExp =>
  new RegExp(
    String.raw`^42(0|[1-9][0-9]{0,14})\[` +
      escaped(eventText + beforeRequestId) +
      String.raw`([^"\\]+)","args":(\{"group_id":"([^"\\]+)","message":"([^"\\\x00-\x1f]+)"\})\}\]$`,
  );
const escaped = (text: string): string => text.replace(/[^\w"]/g, String.raw`\$&`);

/**
 * Makes a reader of frames; ids and the size of the message are checked as the schemas of the protocol check them.
 * @param frame valid UTF-8
 * @returns null for any other frame
 */
export function usualFrameReader(
  event: string,
  messageMaxBytes: number,
): (frame: Buffer) => UsualFrame | null {
  const eventText = JSON.stringify(event);
  const pattern = patternOf(eventText);
  const openingBytes = '42['.length + Buffer.byteLength(eventText) + beforeRequestId.length;
  return (frame) => {
    if (frame[0] !== opening[0] || frame[1] !== opening[1] || frame.at(-1) !== lastByte) return null;
    const [, ackId, requestId, argsText, groupId, message] = pattern.exec(frame.toString()) ?? [];
    if (ackId === undefined || argsText === undefined || message === undefined) return null;
    if (!isRequestId(requestId) || !isGroupId(groupId) || exceedsBytes(message, messageMaxBytes)) return null;
    // Ids are copied: V8 cuts them out of the text of the frame, and one that is kept would keep the whole text.
    const requestIdAt = openingBytes + ackId.length;
    const groupIdAt = requestIdAt + requestId.length + beforeGroupId.length;
    const copied = frame.toString('latin1', groupIdAt, groupIdAt + groupId.length);
    if (!isGroupId(copied)) return null;
    return {
      ackId,
      requestId: frame.toString('latin1', requestIdAt, requestIdAt + requestId.length),
      groupId: copied,
      message,
      argsText,
    };
  };
}
