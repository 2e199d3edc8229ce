/** A small correct run, written by hand. Tests change it and expect a violation. */
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import type { Delivery, EpochLog, RunHistory, Send } from './history.ts';

const groupId = 'club';
const epoch = '00000000000000aa';

/** Makes an entry with this seq; only fields that matter to the invariants differ. */
export const entryAt = (seq: number, fields: object): HistoryEntry =>
  historyEntrySchema.parse({
    group_id: groupId,
    epoch,
    seq,
    timestamp: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
    ...fields,
  });
export const messageAt = (seq: number, from_user_id: string, text: string): HistoryEntry =>
  entryAt(seq, {
    type: 'message',
    from_user_id,
    message: text,
    request_id: `id of ${text}`,
    message_id: `${epoch}-${seq}`,
  });

const byOwner = { actor_id: 'owner' };

/** Ann is accepted, speaks, is muted for a while and speaks again; bob is accepted and kicked. */
export const soundEntries: readonly HistoryEntry[] = [
  entryAt(1, { type: 'created', user_id: 'owner', roles: ['admin'] }),
  entryAt(2, { type: 'requested', user_id: 'ann' }),
  entryAt(3, { type: 'accepted', user_id: 'ann', ...byOwner }),
  messageAt(4, 'ann', 'first'),
  entryAt(5, { type: 'muted', user_id: 'ann', ...byOwner }),
  messageAt(6, 'owner', 'second'),
  entryAt(7, { type: 'unmuted', user_id: 'ann', ...byOwner }),
  messageAt(8, 'ann', 'third'),
  entryAt(9, { type: 'requested', user_id: 'bob' }),
  entryAt(10, { type: 'accepted', user_id: 'bob', ...byOwner }),
  entryAt(11, { type: 'kicked', user_id: 'bob', ...byOwner }),
  messageAt(12, 'owner', 'fourth'),
];

export const logOf = (entries: readonly HistoryEntry[], fields: Partial<EpochLog> = {}): EpochLog => ({
  groupId,
  groupType: 'strict_private',
  entries,
  ...fields,
});

const sendOf = (entry: HistoryEntry): Send[] =>
  entry.type === 'message'
    ? [
        {
          groupId,
          userId: entry.from_user_id,
          requestId: entry.request_id,
          message: entry.message ?? '',
          answer: { type: 'ack', epoch, seq: entry.seq, messageId: entry.message_id },
          times: { sentMs: entry.seq * 10, answeredMs: entry.seq * 10 + 5 },
        },
      ]
    : [];

/** A refused send, and one with an unknown outcome. */
const otherSends: readonly Send[] = [
  {
    groupId,
    userId: 'ann',
    requestId: 'id of muted words',
    message: 'muted words',
    answer: { type: 'refused', code: 'muted' },
  },
  { groupId, userId: 'owner', requestId: 'id of lost', message: 'lost', answer: { type: 'unknown' } },
];

const deliveryTo = (userId: string, from: number, to: number): Delivery => ({
  device: `phone of ${userId}`,
  userId,
  groupId,
  presence: 'throughout',
  entries: soundEntries.slice(from - 1, to),
});

export const soundRun: RunHistory = {
  logs: [logOf(soundEntries)],
  sends: [...soundEntries.flatMap(sendOf), ...otherSends],
  deliveries: [deliveryTo('owner', 1, 12), deliveryTo('ann', 3, 12), deliveryTo('bob', 10, 11)],
  resumptions: [{ device: 'phone of ann', groupId, epoch, seq: 8, answer: 'recovered' }],
};
