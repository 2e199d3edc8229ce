import type { RequestResult } from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';
import type { Appended } from '../log/draft.ts';

/** A stored message as its sender is answered. */
export const relayed = (appended: Appended): RequestResult<'relay_msg'> => ({
  status: 'relayed',
  recipients_count: appended.recipientsCount,
  message_id: appended.messageId,
  epoch: appended.epoch,
  seq: appended.seq,
  timestamp: isoTime(appended.timestampMs),
});
