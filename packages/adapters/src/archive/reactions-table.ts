/** Who has put which reaction on a message, and how many users have. A reaction that was taken back stays as a row. */
import type { ArchivedChange } from '@plenum/core';
import { reactionKey } from '@plenum/protocol';
import type { Connection } from './connections.ts';
import { isLater, isLaterSql, placeOf } from './message-states.ts';

/** The latest change of each key, because one statement must not write a row twice. */
function latestOf(
  changes: readonly ArchivedChange[],
  keyOf: (change: ArchivedChange) => string,
): ArchivedChange[] {
  const latest = new Map<string, ArchivedChange>();
  for (const change of changes) {
    const key = keyOf(change);
    const other = latest.get(key);
    if (other === undefined || isLater(placeOf(change), placeOf(other))) latest.set(key, change);
  }
  return [...latest.values()];
}

const keyIn = ({ reaction = '' }: ArchivedChange): string => reactionKey(reaction);

const place = ['text[]', 'bigint[]', 'timestamptz[]'];
const placeColumns = (changes: readonly ArchivedChange[]) => [
  changes.map(({ epoch }) => epoch),
  changes.map(({ seq }) => seq),
  changes.map(({ timestamp }) => timestamp),
];
const arrays = (types: readonly string[]) => types.map((type, index) => `$${index + 1}::${type}`).join(', ');

const saveUsersSql = `
  INSERT INTO plenum_reactions AS stored (message_id, user_id, reaction_key, is_set, epoch, seq, at)
  SELECT * FROM unnest(${arrays(['text[]', 'text[]', 'text[]', 'boolean[]', ...place])})
  ON CONFLICT (message_id, user_id, reaction_key) DO UPDATE
  SET is_set = excluded.is_set, epoch = excluded.epoch, seq = excluded.seq, at = excluded.at
  WHERE ${isLaterSql('stored', 'excluded')}`;

const saveCountsSql = `
  INSERT INTO plenum_reaction_counts AS stored (message_id, reaction_key, reaction, first_seq, count, epoch, seq, at)
  SELECT * FROM unnest(${arrays(['text[]', 'text[]', 'text[]', 'bigint[]', 'int[]', ...place])})
  ON CONFLICT (message_id, reaction_key) DO UPDATE
  SET reaction = excluded.reaction, count = excluded.count, epoch = excluded.epoch, seq = excluded.seq, at = excluded.at
  WHERE ${isLaterSql('stored', 'excluded')}`;

/** Idempotent. The caller holds the locks of the messages, and has left out those that were taken down. */
export async function saveReactions(
  connection: Connection,
  changes: readonly ArchivedChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const users = latestOf(changes, (one) => JSON.stringify([one.target.message_id, one.actor_id, keyIn(one)]));
  const counts = latestOf(changes, (one) => JSON.stringify([one.target.message_id, keyIn(one)]));
  await connection.query(saveUsersSql, [
    users.map(({ target }) => target.message_id),
    users.map(({ actor_id }) => actor_id),
    users.map(keyIn),
    users.map(({ type }) => type === 'reacted'),
    ...placeColumns(users),
  ]);
  await connection.query(saveCountsSql, [
    counts.map(({ target }) => target.message_id),
    counts.map(keyIn),
    counts.map(({ reaction }) => reaction),
    counts.map(({ seq }) => seq),
    counts.map(({ count = 0 }) => count),
    ...placeColumns(counts),
  ]);
}

/** Selects the reactions of `entry` as JSON. @param reader the parameter with the id of the reading user, or null */
export const reactionsSql = (reader: string): string => `
  SELECT json_agg(json_build_object('reaction', stored.reaction, 'count', stored.count)::jsonb
    || CASE WHEN ${reader}::text IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('me', EXISTS (
      SELECT FROM plenum_reactions AS own
      WHERE own.message_id = stored.message_id AND own.user_id = ${reader} AND own.reaction_key = stored.reaction_key
        AND own.is_set
    )) END ORDER BY stored.first_seq) AS reactions
  FROM plenum_reaction_counts AS stored
  WHERE stored.message_id = entry.message_id AND stored.count > 0`;
