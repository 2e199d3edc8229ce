/** A user who reads while everything breaks: pages, marks, lists. Each answer must be one that the protocol knows. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Follower } from '../support/devices/follower.ts';

export interface Reads {
  answered: number;
  /** By code. */
  readonly refused: Record<string, number>;
  unanswered: number;
}

const everyMs = 150;

export async function keepReading(reader: Follower, groupId: string, isOver: () => boolean): Promise<Reads> {
  const reads: Reads = { answered: 0, refused: {}, unanswered: 0 };
  const requests: readonly (() => readonly [string, object])[] = [
    () => ['history', { group_id: groupId, limit: 50 }],
    () => ['mark_read', { group_id: groupId, seq: Math.max(1, reader.positionIn(groupId)?.seq ?? 1) }],
    () => ['list_groups', {}],
    () => ['presence', { group_id: groupId }],
    () => ['list_members', { group_id: groupId }],
  ];
  for (let i = 0; !isOver(); i += 1) {
    const [type, args] = requests[i % requests.length]?.() ?? ['list_groups', {}];
    const answer = await reader.device.request(type, args).catch(() => null);
    if (answer === null) reads.unanswered += 1;
    else if (answer.success) reads.answered += 1;
    else reads.refused[answer.code] = (reads.refused[answer.code] ?? 0) + 1;
    await pause(everyMs);
  }
  return reads;
}
