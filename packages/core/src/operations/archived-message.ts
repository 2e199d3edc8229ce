/** Changes of messages that only the archive has: what a change has to know of the message is read there. */
import type { GroupId, HistoryEntry, MessageHistoryEntry } from '@plenum/protocol';
import { refused } from '../groups/commands.ts';
import type { LogHead } from '../groups/records.ts';
import {
  type ArchivedMessage,
  belowLog,
  type MessageOutcome,
  type MessageTarget,
  type TakeDown,
} from '../log/message-commands.ts';
import type { ArchivePage } from '../ports/adapters.ts';
import type { Engine } from '../ports/engine.ts';
import { type ArchivedHistory, stretchesOf } from './archived-history.ts';

interface ArchivedMessageDeps {
  readonly engine: Pick<Engine, 'groups'>;
  /** Null: there is no archive, or none that can be read. */
  readonly archive: ArchivedHistory | null;
}

/**
 * Takes a message down, also one that only the archive has. A user pays a token before the archive is asked.
 * @param change asks adapters where needed, and makes the change
 */
export async function takeDownAnywhere(
  { engine, archive }: ArchivedMessageDeps,
  command: TakeDown,
  change: (command: TakeDown) => Promise<MessageOutcome>,
): Promise<MessageOutcome> {
  if (archive === null) return change(command);
  const outcome = await change({ ...command, archived: 'unknown' });
  if (outcome.type !== 'refused' || outcome.isBelowLog !== true) return outcome;
  const { groupId, target } = command;
  const head = (await engine.groups.position(groupId, null))?.head;
  if (head === undefined || head.isDeleted) return refused({ code: 'group_not_found' });
  const archived = await archivedMessage(archive, { groupId, target, head });
  if (archived === undefined) return refused({ code: 'unavailable' });
  return archived === null ? belowLog : change({ ...command, archived, isAdmitted: true });
}

export interface Place {
  readonly groupId: GroupId;
  readonly target: MessageTarget;
  readonly head: LogHead;
}

/** The epoch that the log of this group had at a seq; undefined: not known. */
const epochAt = (head: LogHead, seq: number): string | undefined =>
  stretchesOf(head).find(({ endSeq }) => seq <= endSeq)?.epoch;

/** @returns null: the archive has no such message; undefined: the archive failed */
export async function archivedEntry(
  archive: ArchivedHistory,
  { groupId, target, head, reader = null }: Place & Partial<Pick<ArchivePage, 'reader'>>,
): Promise<MessageHistoryEntry | null | undefined> {
  if (epochAt(head, target.seq) !== target.epoch) return null;
  const bounds = { afterSeq: target.seq - 1, beforeSeq: target.seq + 1, limit: 1, from: 'newest' } as const;
  const found = await archive.read({ groupId, stretches: stretchesOf(head), ...bounds, reader });
  if (found === null) return undefined;
  const [entry] = found;
  return entry !== undefined && isMessage(entry) ? entry : null;
}

const isMessage = (entry: HistoryEntry): entry is MessageHistoryEntry => entry.type === 'message';

/** @returns null: the archive has no such message; undefined: the archive failed */
async function archivedMessage(
  archive: ArchivedHistory,
  place: Place,
): Promise<ArchivedMessage | null | undefined> {
  const entry = await archivedEntry(archive, place);
  if (!entry) return entry;
  const { request_id, from_user_id, timestamp, imported } = entry;
  return {
    sent: { request_id, from_user_id, timestamp },
    isImported: imported === true,
    takenDown: 'deleted' in entry ? statePlaceOf(entry, place) : null,
  };
}

/** The place of the newest change that the entry includes; without one, its own. */
export function statePlaceOf(
  { seq, state_seq: stateSeq = seq }: MessageHistoryEntry,
  { target, head }: Pick<Place, 'target' | 'head'>,
): MessageTarget {
  return { epoch: epochAt(head, stateSeq) ?? target.epoch, seq: stateSeq };
}
