/** The order of a user's groups by their last message, and pages in that order. */
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import { forgedCursor } from '../outcome/outcome.ts';
import type { Page } from './records.ts';

/** A message that the log has. */
export interface LastMessage {
  readonly epoch: string;
  readonly seq: number;
  /** When it was sent, by the store's clock; of an imported message: in the other system. */
  readonly timestampMs: number;
}

export interface GroupActivity {
  readonly groupId: GroupId;
  /** The last message that the user may read; null: there is none. */
  readonly last: LastMessage | null;
}

type Place = readonly [ms: number, groupId: string];

const placeOf = ({ groupId, last }: GroupActivity): Place => [last?.timestampMs ?? -1, groupId];

/** The newest first; of two messages of one time, that of the lower id. */
const compare = ([ms, id]: Place, [otherMs, otherId]: Place): number =>
  ms === otherMs ? (id < otherId ? -1 : id > otherId ? 1 : 0) : otherMs - ms;

/** `!` is in no id, so no cursor of another order has this form. */
const cursorForm = /^!(-1|\d{1,16})!(.+)$/;

/** Names the place of a group: the page after it begins there, wherever that group is meanwhile. */
export const activityCursor = (row: GroupActivity): string => `!${placeOf(row).join('!')}`;

function placeOfCursor(cursor: string): Place {
  const [, ms, id] = cursorForm.exec(cursor) ?? [];
  if (ms === undefined || !groupIdSchema.safeParse(id).success) throw forgedCursor();
  return [Number(ms), id ?? ''];
}

/**
 * One page of the groups by their last message, the newest first; groups without one come last.
 * @throws PlenumError `invalid_args` for a cursor that `activityCursor` did not make
 */
export function activityPage(
  groups: readonly GroupActivity[],
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
): Page<GroupActivity> {
  const after = cursor === null ? null : placeOfCursor(cursor);
  const left = groups
    .filter((group) => after === null || compare(placeOf(group), after) > 0)
    .sort((a, b) => compare(placeOf(a), placeOf(b)));
  const rows = left.slice(0, limit);
  const last = rows.at(-1);
  return { rows, nextCursor: left.length > limit && last !== undefined ? activityCursor(last) : null };
}
