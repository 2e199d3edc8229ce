import { type Appended, messageId } from '@plenum/core';
import type { AppendAnswer } from '../script-calls/index.ts';

/** The outcome of a send from the answer of its script. */
export function appendedAt(
  { epoch, seq, recipientsCount, timestampMs, found }: AppendAnswer,
  isDuplicate: boolean,
): Appended {
  const id = messageId(epoch, seq);
  const appended = {
    type: 'appended',
    isDuplicate,
    epoch,
    seq,
    messageId: id,
    recipientsCount,
    timestampMs,
  } as const;
  return found === undefined || found.dropped.length === 0
    ? appended
    : { ...appended, mentionsDropped: found.dropped };
}
