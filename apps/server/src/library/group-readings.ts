/** The options of reads of groups that neither change nor list what a group consists of. */
import type { Asked } from './call.ts';
import type { InGroup, Paged } from './group-arguments.ts';

export interface Find extends Omit<Paged, 'groupId'> {
  readonly prefix?: string;
}
export interface ReadGroup extends InGroup {
  /** The user that reads. Absent: the service reads, which sees everything. */
  readonly userId?: string;
}
export interface ReadMarks extends ReadGroup, Paged {}

export const find = ({ prefix, cursor, limit, requestId }: Find): Asked => ({
  actorId: undefined,
  requestId,
  args: { prefix, cursor, limit },
});

export const readGroup = ({ groupId, userId, requestId }: ReadGroup): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId },
});

export const readMarks = ({ groupId, userId, cursor, limit, requestId }: ReadMarks): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, cursor, limit },
});
