/**
 * Edits of messages that only the archive has. The new number of edits, and the text that is replaced, are right only if the
 * archive has every earlier change: while it lags, such an edit is refused for now.
 */
import { refused } from '../groups/commands.ts';
import type { LogHead } from '../groups/records.ts';
import type {
  ArchivedText,
  EditMessage,
  MessageAdmission,
  MessageOutcome,
  MessageRefused,
} from '../log/message-commands.ts';
import type { MessageChanges } from '../ports/message-changes.ts';
import type { EditChanges } from '../send/edit-pipeline.ts';
import type { ArchivedHistory } from './archived-history.ts';
import { stretchesOf } from './archived-history.ts';
import { archivedEntry, statePlaceOf } from './archived-message.ts';

/** How often the archive is read for one edit: a log that loses entries meanwhile makes what was read old. */
const readingsMax = 3;
const behindRetryMs = 1000;

/** An archive that has not got all that the log has lost. */
const archiveBehind = refused({
  code: 'unavailable',
  error: 'The archive has not got everything that the log has lost: try the edit again',
  retryAfterMs: behindRetryMs,
  details: { reason: 'archive_behind' },
});

interface Archives {
  readonly changes: EditChanges & Pick<MessageChanges, 'lost'>;
  /** Null: there is no archive, or none that can be read. */
  readonly archive: ArchivedHistory | null;
}

/** Checks and makes edits of messages in the log and in the archive. A user pays its token before the archive is asked. */
export function editsAnywhere({ changes, archive }: Archives): EditChanges {
  if (archive === null) return changes;
  const anywhere = async <A extends MessageAdmission>(
    command: EditMessage,
    make: (command: EditMessage) => Promise<A | MessageRefused>,
  ): Promise<A | MessageRefused> => {
    let outcome = await make({ ...command, archived: 'unknown' });
    for (let reading = 0; isBelowLog(outcome); reading += 1) {
      if (reading === readingsMax) return archiveBehind;
      const archived = await archivedText({ changes, archive }, command);
      if ('type' in archived) return archived;
      outcome = await make({ ...command, archived, isRateLimited: false });
    }
    return outcome;
  };
  return {
    admit: (command) => anywhere(command, (one) => changes.admit(one)),
    change: (command) => anywhere<MessageOutcome>(command, (one) => changes.change(one)),
  };
}

const isBelowLog = (outcome: MessageAdmission): boolean =>
  outcome.type === 'refused' && outcome.isBelowLog === true;

/** @returns what the archive has of the message, or why it cannot be edited */
async function archivedText(
  { changes, archive }: Archives & { readonly archive: ArchivedHistory },
  { groupId, target }: EditMessage,
): Promise<ArchivedText | MessageRefused> {
  const lost = await changes.lost(groupId, target);
  if (lost === null || lost.head.isDeleted) return refused({ code: 'group_not_found' });
  const { head, isArchived, throughSeq } = lost;
  if (!isArchived) return archiveBehind;
  const isWhole = await hasLast(archive, { groupId, head });
  if (isWhole === false) return archiveBehind;
  const shown = isWhole && (await archivedEntry(archive, { groupId, target, head }));
  if (shown === undefined) return refused({ code: 'unavailable' });
  if (shown === null || 'deleted' in shown) return refused({ code: 'message_not_found' });
  return { shown, state: statePlaceOf(shown, { target, head }), throughSeq };
}

/**
 * An archive may take an entry and show it later. @returns true if it shows the last entry that the log has lost; undefined:
 * the archive failed
 */
async function hasLast(
  archive: ArchivedHistory,
  { groupId, head }: { readonly groupId: EditMessage['groupId']; readonly head: LogHead },
): Promise<boolean | undefined> {
  const { oldestSeq } = head;
  const bounds = { afterSeq: 0, beforeSeq: oldestSeq, limit: 1, from: 'newest' } as const;
  const found = await archive.read({ groupId, stretches: stretchesOf(head), ...bounds, reader: null });
  return found === null ? undefined : found[0]?.seq === oldestSeq - 1;
}
