/** The messages and events of a group, oldest first. It stays at its end while the reader is there. */
import { type ListedMessage, type Messages, usePlenum } from '@plenum/react';
import { Fragment, type KeyboardEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { strings } from '../strings.ts';
import { clock } from './clock.ts';
import { Icon } from './icon.tsx';
import { type MessageActs, MessageRow } from './message-row.tsx';
import { OutgoingRow } from './outgoing-row.tsx';
import { beginsBlock, isEvent, type TimelineEntry, timelineOf } from './timeline.ts';

interface MessageListProps {
  readonly groupId: string;
  readonly messages: Messages;
  /** Messages above this seq were not read when the group was opened. */
  readonly newAfter: number | null;
  readonly canModerate: boolean;
  readonly canSend: boolean;
  readonly acts: MessageActs;
}

/** So near to its end a list counts as being there, px. */
const nearPx = 48;
const { chat } = strings;

export function MessageList({ groupId, messages: shown, newAfter, ...rights }: MessageListProps) {
  const { userId } = usePlenum();
  const { messages, events, pins, hasOlder, isLoading, failure, loadOlder } = shown;
  const timeline = useMemo(() => timelineOf(messages, events), [messages, events]);
  const list = useRef<HTMLDivElement>(null);
  useStayAtEnd(list, timeline);
  const [active, setActive] = useState<string | null>(null);
  const byId = useMemo(() => new Map(messages.map((message) => [message.message_id, message])), [messages]);
  const logged = messages.filter(({ seq }) => seq !== undefined);
  const current = active !== null && byId.has(active) ? active : logged.at(-1)?.message_id;
  const firstNew =
    newAfter === null
      ? undefined
      : logged.find(({ seq = 0, from_user_id }) => seq > newAfter && from_user_id !== userId)?.seq;
  const pinned = new Set(pins?.map(({ message_id }) => message_id));
  return (
    <div
      ref={list}
      className="messages"
      role="log"
      aria-label={chat.messages(groupId)}
      aria-busy={isLoading}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
      tabIndex={0}
      onKeyDown={(event) => moveFocus(event)}
    >
      {pinned.size === 0 ? null : (
        <button type="button" className="pins" onClick={() => showMessage(list.current, [...pinned])}>
          <Icon name="pin" />
          {chat.pinnedCount(pinned.size)}
        </button>
      )}
      {failure === null ? null : (
        <p className="problem list-problem" role="alert">
          {strings.failure(failure.code, failure.error)}
        </p>
      )}
      {hasOlder ? (
        <button type="button" className="button older" disabled={isLoading} onClick={() => void loadOlder()}>
          {chat.older}
        </button>
      ) : null}
      <ol>
        {timeline.map((entry, at) => (
          <Fragment key={isEvent(entry) ? `event-${entry.seq}` : entry.key}>
            {entry.seq !== undefined && entry.seq === firstNew ? (
              <li className="new-line">{chat.newFromHere}</li>
            ) : null}
            {isEvent(entry) ? (
              <li className="event">
                <bdi>{strings.eventText(entry)}</bdi>
                <time dateTime={entry.timestamp}>{clock(entry.timestamp)}</time>
              </li>
            ) : entry.state === 'sent' && entry.seq !== undefined ? (
              <MessageRow
                {...rights}
                message={entry}
                original={originalOf(entry, byId)}
                beginsBlock={entry.seq === firstNew || beginsBlock(timeline[at - 1], entry)}
                isCurrent={entry.message_id === current}
                isPinned={pinned.has(entry.message_id)}
                onCurrent={setActive}
              />
            ) : (
              <OutgoingRow
                message={entry}
                beginsBlock={beginsBlock(timeline[at - 1], entry)}
                acts={rights.acts}
              />
            )}
          </Fragment>
        ))}
      </ol>
      {!isLoading && failure === null && messages.length === 0 ? (
        <p className="hint no-messages">{rights.canSend ? chat.empty : chat.emptyOnly}</p>
      ) : null}
    </div>
  );
}

const originalOf = (message: ListedMessage, byId: ReadonlyMap<string | undefined, ListedMessage>) =>
  message.reply === undefined ? undefined : byId.get(message.reply.message_id);

/** While the reader is at the end, it stays there; where older entries come above, what is on the screen stays in its place. */
function useStayAtEnd(list: { readonly current: HTMLElement | null }, timeline: readonly TimelineEntry[]) {
  const before = useRef({ firstSeq: 0, heightPx: 0 });
  const isAtEnd = useRef(true);
  const firstSeq = timeline[0]?.seq ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows what is shown
  useLayoutEffect(() => {
    const shown = list.current;
    if (shown === null) return;
    const { firstSeq: formerSeq, heightPx } = before.current;
    if (isAtEnd.current) shown.scrollTop = shown.scrollHeight;
    else if (firstSeq < formerSeq) shown.scrollTop += shown.scrollHeight - heightPx;
    before.current = { firstSeq, heightPx: shown.scrollHeight };
  }, [timeline]);
  useLayoutEffect(() => {
    const shown = list.current;
    if (shown === null) return;
    const note = () => {
      isAtEnd.current = shown.scrollHeight - shown.scrollTop - shown.clientHeight < nearPx;
    };
    // Also when the keyboard of a phone opens, or a reply is chosen.
    const resized = new ResizeObserver(() => {
      if (isAtEnd.current) shown.scrollTop = shown.scrollHeight;
    });
    resized.observe(shown);
    shown.addEventListener('scroll', note, { passive: true });
    return () => {
      resized.disconnect();
      shown.removeEventListener('scroll', note);
    };
  }, [list]);
}

/** Brings the last of these messages that is in the list into view. */
function showMessage(list: HTMLElement | null, ids: readonly string[]): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>('[data-message]') ?? [])];
  const row = rows.findLast(({ dataset }) => ids.includes(dataset['message'] ?? ''));
  row?.scrollIntoView({ block: 'center' });
  row?.focus({ preventScroll: true });
}

/** With the arrow keys the focus moves from message to message. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const { target, currentTarget } = event;
  if (step === undefined || !(target instanceof HTMLElement)) return;
  const rows = [...currentTarget.querySelectorAll<HTMLElement>('[data-message]')];
  const at = rows.findIndex((row) => row.contains(target));
  const next = rows[at < 0 ? (step < 0 ? rows.length - 1 : 0) : at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
