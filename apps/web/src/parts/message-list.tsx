/** The messages and events of a group, oldest first. It stays at its end while the reader is there. */
import type { OutgoingMessage } from '@plenum/client';
import { Fragment, type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { type Conversation, type ConversationState, isEvent, type Shown } from '../live/conversation.ts';
import type { Person } from '../session/person.ts';
import { strings } from '../strings.ts';
import { clock } from './clock.ts';
import { Icon } from './icon.tsx';
import { type Chosen, MessageRow } from './message-row.tsx';

interface MessageListProps {
  readonly person: Person;
  readonly groupId: string;
  readonly conversation: Conversation | null;
  readonly shown: ConversationState;
  /** Messages above this seq were not read when the group was opened. */
  readonly newAfter: number | null;
  readonly canModerate: boolean;
  readonly canSend: boolean;
  readonly onChosen: (chosen: Chosen) => void;
  readonly onUnreadFrom: (message: { readonly seq: number; readonly epoch: string }) => void;
}

/** Messages of one user within so many ms are one block. */
const blockMs = 5 * 60_000;
/** So near to its end a list counts as being there, px. */
const nearPx = 48;
const { chat } = strings;

export function MessageList(props: MessageListProps) {
  const { person, groupId, conversation, shown, newAfter } = props;
  const { entries, outgoing, pins, hasOlder, isRead } = shown;
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [active, setActive] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows what is shown
  useLayoutEffect(() => {
    if (isAtEnd.current && list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [entries, outgoing]);
  const messages = entries.filter((entry) => !isEvent(entry));
  const current = messages.some(({ message_id }) => message_id === active)
    ? active
    : (messages.at(-1)?.message_id ?? null);
  const firstNew =
    newAfter === null
      ? undefined
      : messages.find(({ seq, from_user_id }) => seq > newAfter && from_user_id !== person.userId)?.seq;
  const pinned = new Set(pins.map(({ message_id }) => message_id));
  return (
    <div
      ref={list}
      className="messages"
      role="log"
      aria-label={chat.messages(groupId)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearPx;
      }}
      onKeyDown={(event) => moveFocus(event)}
    >
      {pins.length === 0 ? null : (
        <p className="pins">
          <Icon name="pin" />
          {chat.pinnedCount(pins.length)}
        </p>
      )}
      {hasOlder ? (
        <button type="button" className="button older" onClick={() => void conversation?.loadOlder()}>
          {chat.older}
        </button>
      ) : null}
      {isRead && messages.length === 0 && outgoing.length === 0 ? (
        <p className="hint no-messages">{chat.empty}</p>
      ) : null}
      <ol>
        {entries.map((entry, at) => (
          <Fragment key={entry.seq}>
            {entry.seq === firstNew ? <li className="new-line">{chat.newFromHere}</li> : null}
            {isEvent(entry) ? (
              <li className="event">
                <bdi>{strings.eventText(entry)}</bdi>
                <time dateTime={entry.timestamp}>{clock(entry.timestamp)}</time>
              </li>
            ) : (
              <MessageRow
                {...props}
                message={entry}
                original={
                  entry.message === undefined ? undefined : originalOf(entry.reply?.message_id, messages)
                }
                beginsBlock={entry.seq === firstNew || beginsBlock(entries[at - 1], entry)}
                isCurrent={entry.message_id === current}
                isPinned={pinned.has(entry.message_id)}
                onCurrent={() => setActive(entry.message_id)}
              />
            )}
          </Fragment>
        ))}
        {outgoing.map((message) => (
          <OutgoingRow key={message.request_id} message={message} conversation={conversation} />
        ))}
      </ol>
    </div>
  );
}

const originalOf = (id: string | undefined, messages: readonly Shown[]) =>
  messages.find((entry) => !isEvent(entry) && entry.message_id === id);

function beginsBlock(before: Shown | undefined, entry: Shown): boolean {
  if (before === undefined || isEvent(before) || isEvent(entry)) return true;
  const gapMs = Date.parse(entry.timestamp) - Date.parse(before.timestamp);
  return before.from_user_id !== entry.from_user_id || gapMs > blockMs;
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

interface OutgoingRowProps {
  readonly message: OutgoingMessage;
  readonly conversation: Conversation | null;
}

function OutgoingRow({ message, conversation }: OutgoingRowProps) {
  const { message: text, failure, request_id: requestId, state } = message;
  return (
    <li className={failure === undefined ? 'message is-draft' : 'message is-draft is-failed'}>
      <span className="message-side" />
      <div className="message-main">
        <p className="message-text" dir="auto">
          {text}
        </p>
        {failure === undefined ? (
          <p className="message-note">{state === 'sending' ? chat.sending : ''}</p>
        ) : (
          <p className="message-note is-problem" role="alert">
            {`${chat.notSent}: ${failure.error} `}
            <button type="button" className="link" onClick={() => conversation?.retry(requestId)}>
              {chat.retry}
            </button>
            <button type="button" className="link" onClick={() => conversation?.discard(requestId)}>
              {chat.discard}
            </button>
          </p>
        )}
      </div>
    </li>
  );
}
