/** How long the text has to be for an event frame of a given length, so that every system moves the same bytes. */
import { shortestText } from './message-text.ts';
import type { DialectName } from './plan.ts';

interface Names {
  readonly groupId: string;
  readonly userId: string;
}

const packetOf: Readonly<Record<DialectName, (names: Names) => unknown>> = {
  bare: ({ groupId, userId }) => ({ group_id: groupId, from_user_id: userId, message: '' }),
  plenum: ({ groupId, userId }) => ({
    request_id: 'm0000000001',
    success: true,
    result: {
      group_id: groupId,
      from_user_id: userId,
      message: '',
      timestamp: '2025-01-15T10:30:00.000Z',
      message_id: '0123456789abcdef-12345',
      epoch: '0123456789abcdef',
      seq: 12_345,
    },
  }),
};

/** @returns a length that makes the frame `frameBytes` long, or the shortest one if that is too short. */
export function textLengthFor(dialect: DialectName, names: Names, frameBytes: number): number {
  const overhead = `42${JSON.stringify(['relay_message', packetOf[dialect](names)])}`.length;
  return Math.max(shortestText, frameBytes - overhead);
}
