/** I9 for changes of messages: the log's order says which roles an actor had when its change was committed. */
import { isMessageEvent, type MessageEvent, SERVICE } from '@plenum/protocol';
import { hindranceOf } from './entry-rules.ts';
import { type FoldedGroup, foldLog } from './fold-log.ts';
import { type EpochLog, isMessage, named, type RunHistory, type Violation } from './history.ts';

interface Target {
  readonly author: string;
  readonly messageId: string;
  isTakenDown: boolean;
}

interface Changing {
  readonly group: FoldedGroup;
  readonly event: MessageEvent;
  readonly target: Target;
}

const isOfStaff = ({ group, event }: Changing): boolean => {
  if (event.actor_id === SERVICE) return true;
  const member = group.members.get(event.actor_id);
  const hasRole = member?.roles.includes('admin') || member?.roles.includes('moderator');
  return member?.status === 'active' && hasRole === true;
};

/** @returns why the actor may not change the message as one that sends, or null */
const hindranceOfSender = ({ group, event }: Changing) => hindranceOf(group, event.actor_id);

const hindranceOfEdit = (changing: Changing): string | null =>
  changing.event.actor_id === changing.target.author
    ? hindranceOfSender(changing)
    : `the author is ${changing.target.author}`;

function hindranceOfTakeDown(changing: Changing): string | null {
  const { group, event, target } = changing;
  const status = group.members.get(event.actor_id)?.status;
  const isOwn = event.actor_id === target.author && (status === 'active' || status === 'muted');
  return isOwn || isOfStaff(changing) ? null : 'the actor is neither its author nor a moderator';
}

const hindranceOfPin = (changing: Changing): string | null =>
  isOfStaff(changing) ? null : 'the actor is no moderator';

const hindrances: Readonly<Record<MessageEvent['type'], (changing: Changing) => string | null>> = {
  edited: hindranceOfEdit,
  // The service closes a message.
  appended: (changing) => (changing.event.actor_id === SERVICE ? null : hindranceOfEdit(changing)),
  deleted: hindranceOfTakeDown,
  reacted: hindranceOfSender,
  unreacted: hindranceOfSender,
  pinned: hindranceOfPin,
  unpinned: hindranceOfPin,
};

function judge(log: EpochLog): Violation[] {
  const violations: Violation[] = [];
  const targets = new Map<number, Target>();
  foldLog(log, (group, entry) => {
    if (isMessage(entry)) {
      const { from_user_id: author, message_id: messageId } = entry;
      targets.set(entry.seq, { author, messageId, isTakenDown: false });
    }
    if (!isMessageEvent(entry)) return;
    const target = targets.get(entry.target_seq);
    const isThere = target?.messageId === entry.message_id && !target.isTakenDown;
    const why = isThere
      ? hindrances[entry.type]({ group, event: entry, target })
      : 'there is no such message';
    if (target !== undefined && entry.type === 'deleted') target.isTakenDown = true;
    if (why === null) return;
    const what = `${named(entry)}: ${why}`;
    violations.push({ invariant: 'I9', harm: 'forbidden', groupId: log.groupId, what });
  });
  return violations;
}

/** I9: at the place of every change, the rules allowed it to its actor, and its message was there. */
export const changesAreAllowed = ({ logs }: RunHistory): Violation[] => logs.flatMap(judge);
