/** A sequence with a history, what it may receive, and its effects in short. */
import {
  type GroupEvent,
  groupIdSchema,
  type ResyncPush,
  type Subscription,
  userIdSchema,
} from '@plenum/protocol';
import type { Effect, Entry, Page } from '../src/groups/effects.ts';
import { GroupSequence } from '../src/groups/group-sequence.ts';

const group_id = groupIdSchema.parse('g');
export const entry = (seq: number, epoch = 'a', type: GroupEvent['type'] = 'updated'): Entry => ({
  group_id,
  type,
  user_id: userIdSchema.parse('u'),
  epoch,
  seq,
  timestamp: '2025-01-15T10:30:00.000Z',
});
export const attached = (from_seq: number, rest: Partial<Subscription> = {}): Subscription => ({
  group_id,
  recovered: false,
  epoch: 'a',
  head_seq: from_seq - 1,
  from_seq,
  ...rest,
});
export const resync = (
  reason: ResyncPush['reason'],
  head_seq: number,
  epoch: string | null = 'a',
): ResyncPush => ({
  group_id,
  reason,
  epoch,
  head_seq,
  oldest_seq: 1,
});
export const page = (seqs: readonly number[], rest: Partial<Page> = {}): Page => ({
  entries: seqs.map((seq) => entry(seq, rest.epoch)),
  epoch: 'a',
  head_seq: seqs.at(-1) ?? 0,
  oldest_seq: 1,
  ...rest,
});

/** Effects in short, without `begin`: `5` is shown, `read after 5`, `verify`, … */
export const brief = (effects: readonly Effect[]): string[] =>
  effects
    .filter(({ type }) => type !== 'begin')
    .map((effect) => {
      if (effect.type === 'show') return `${effect.entry.seq}`;
      if (effect.type === 'read') {
        return effect.page.after === undefined
          ? `read before ${effect.page.before}`
          : `read after ${effect.page.after}`;
      }
      if (effect.type === 'recovered')
        return `recovered ${effect.notice.from_seq}..${effect.notice.head_seq}`;
      if (effect.type !== 'resync') return effect.type;
      const { reason, from_seq, missing, revoked } = effect.notice;
      const range = (name: string, seqs: { from: number; to: number } | null) =>
        seqs === null ? '' : ` ${name} ${seqs.from}..${seqs.to}`;
      return `${reason} from ${from_seq}${range('missing', missing)}${range('revoked', revoked)}`;
    });
export const ticketOf = (effects: readonly Effect[]): number => {
  const read = effects.findLast((effect) => effect.type === 'read');
  return read?.type === 'read' ? read.page.ticket : -1;
};
/** Live after seq `lastSeq`, of which it was shown the last three. */
export function liveAt(lastSeq: number): GroupSequence {
  const sequence = new GroupSequence('g');
  sequence.onAttached(attached(lastSeq - 2));
  for (const seq of [lastSeq - 2, lastSeq - 1, lastSeq]) sequence.onEntry(entry(seq));
  return sequence;
}
