/** The messages of a group that the person receives, who types, and where to write. */
import type { Outcome } from '@plenum/client';
import { type Group, type ListedMember, useGroup, useMessages, useTyping } from '@plenum/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { strings } from '../strings.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import type { Chosen, MessageActs } from './message-row.tsx';
import { ResumeNote } from './resume-note.tsx';

interface ConversationProps {
  readonly groupId: string;
  readonly members: readonly ListedMember[];
}

export function Conversation({ groupId, members }: ConversationProps) {
  const group = useGroup(groupId);
  const messages = useMessages(groupId);
  const { typing, report } = useTyping(groupId);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { newAfter, unreadFrom } = useUnread(group, messages.messages.length);
  const { react, unreact, retry, discard } = messages;
  const act = useCallback(async (ask: Promise<Outcome<unknown>>) => {
    const done = await ask;
    setProblem(done.ok ? null : strings.failure(done.failure.code, done.failure.error));
  }, []);
  const acts = useMemo<MessageActs>(
    () => ({ react, unreact, retry, discard, act, onChosen: setChosen, onUnreadFrom: unreadFrom }),
    [react, unreact, retry, discard, act, unreadFrom],
  );
  const { status, roles, info } = group;
  const posting = info?.posting ?? 'members';
  const isAdmin = roles.includes('admin');
  const canSend = status === 'active' && (posting === 'members' || (posting === 'admins' && isAdmin));
  return (
    <>
      <MessageList
        groupId={groupId}
        messages={messages}
        newAfter={newAfter}
        canModerate={status === 'active' && (isAdmin || roles.includes('moderator'))}
        canSend={canSend}
        acts={acts}
      />
      <div className="below">
        <ResumeNote groupId={groupId} />
        <p className="typing" aria-live="polite">
          <bdi>{typing.length === 0 ? '' : strings.chat.typing(typing)}</bdi>
        </p>
        <p className="problem" role="alert">
          {problem}
        </p>
        {canSend ? (
          <Composer
            groupId={groupId}
            members={members}
            send={messages.send}
            edit={messages.edit}
            chosen={chosen}
            onTyped={report}
            onDone={() => setChosen(null)}
          />
        ) : (
          <p className="composer-note">
            {status === 'muted'
              ? strings.chat.mutedNote
              : `${strings.members.posting}: ${strings.members.postingText(posting)}`}
          </p>
        )}
      </div>
    </>
  );
}

/** How long a message is on the screen before it counts as read, ms. */
const readAfterMs = 400;

/** Marks what is shown as read, unless the person has marked it as unread meanwhile. */
function useUnread({ unread, readSeq, markRead, markUnread }: Group, shown: number) {
  // What was unread when the group was opened; undefined: not known yet.
  const [newAfter, setNewAfter] = useState<number | null>();
  const isHeld = useRef(false);
  const isVisible = useIsVisible();
  if (newAfter === undefined && unread !== null) setNewAfter(unread > 0 ? readSeq : null);
  const hasUnread = unread !== null && unread > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each message the time begins anew
  useEffect(() => {
    if (isHeld.current || !isVisible || !hasUnread) return;
    const timer = setTimeout(markRead, readAfterMs);
    return () => clearTimeout(timer);
  }, [isVisible, hasUnread, shown, markRead]);
  const unreadFrom = useCallback(
    ({ seq, epoch }: { readonly seq: number; readonly epoch: string }) => {
      isHeld.current = true;
      setNewAfter(seq - 1);
      markUnread(seq - 1, epoch);
    },
    [markUnread],
  );
  return { newAfter: newAfter ?? null, unreadFrom };
}

function useIsVisible(): boolean {
  const [isVisible, setVisible] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const change = () => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);
  return isVisible;
}
