/** One message: who, when, the text, what it replies to, its reactions, and what the reader can do with it. */
import type { Outcome } from '@plenum/client';
import { type ListedMessage, type LoggedMessage, type Messages, usePlenum } from '@plenum/react';
import { memo, type ReactNode } from 'react';
import { strings } from '../strings.ts';
import { Avatar, hueOf } from './avatar.tsx';
import { clock } from './clock.ts';
import { Icon } from './icon.tsx';
import { MenuButton } from './menu-button.tsx';

/** A message that the person has chosen to reply to or to edit. */
export interface Chosen {
  readonly type: 'reply' | 'edit';
  readonly message: LoggedMessage;
}

/** What can be done with messages. The functions stay the same, so that a row is rendered only when its message changes. */
export interface MessageActs extends Pick<Messages, 'react' | 'unreact' | 'retry' | 'discard'> {
  /** Shows why something was refused. */
  readonly act: (ask: Promise<Outcome<unknown>>) => Promise<void>;
  readonly onChosen: (chosen: Chosen) => void;
  readonly onUnreadFrom: (message: LoggedMessage) => void;
}

interface MessageRowProps {
  readonly message: LoggedMessage;
  /** The message to which it replies, if that is loaded. */
  readonly original: ListedMessage | undefined;
  readonly beginsBlock: boolean;
  /** Only one message at a time has its buttons in the order of the Tab key. */
  readonly isCurrent: boolean;
  readonly isPinned: boolean;
  readonly canModerate: boolean;
  readonly canSend: boolean;
  readonly acts: MessageActs;
  readonly onCurrent: (messageId: string) => void;
}

const quickReactions = ['👍', '❤️', '😂', '🎉'];
const { chat } = strings;

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, original, beginsBlock, isCurrent, isPinned, canSend, acts, onCurrent } = props;
  const { userId: self } = usePlenum();
  const { from_user_id: userId, message_id: id } = message;
  const isGone = message.message === undefined;
  const isForMe = !isGone && message.mentions?.some((user) => user === self) === true;
  const name = `message-${self}-${id}`;
  return (
    <li
      id={name}
      data-message={id}
      className={[
        'message',
        beginsBlock ? 'begins' : '',
        isForMe ? 'is-for-me' : '',
        message.pending ? 'is-pending' : '',
      ].join(' ')}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={() => onCurrent(id)}
      onPointerEnter={() => onCurrent(id)}
    >
      <span className="message-side">
        {beginsBlock ? (
          <Avatar userId={userId} />
        ) : (
          <time dateTime={message.timestamp}>{clock(message.timestamp)}</time>
        )}
      </span>
      <div className="message-main">
        {beginsBlock ? (
          <p className="message-head">
            <bdi className={`message-user hue-${hueOf(userId)}`}>{userId}</bdi>
            <time dateTime={message.timestamp}>{clock(message.timestamp)}</time>
          </p>
        ) : null}
        {isGone ? (
          <p className="message-text is-gone">
            {message.deleted_by === userId ? chat.takenDown : chat.takenDownBy(message.deleted_by)}
          </p>
        ) : (
          <>
            {message.reply === undefined ? null : (
              <Quote userId={message.reply.from_user_id} original={original} />
            )}
            <p className="message-text" dir="auto">
              {withMentions(message.message, message.mentions ?? [], self)}
              {message.edited_at === undefined ? null : <span className="message-mark">{chat.edited}</span>}
              {message.open === true ? <span className="message-mark">{chat.open}</span> : null}
              {isPinned ? <span className="message-mark">{chat.pinned}</span> : null}
            </p>
            {message.metadata === undefined ? null : (
              <p className="message-data mono" dir="auto">
                {JSON.stringify(message.metadata)}
              </p>
            )}
            <Reactions message={message} canReact={canSend} acts={acts} />
          </>
        )}
      </div>
      {isCurrent && !isGone ? <Toolbar {...props} /> : null}
    </li>
  );
});

function Quote({
  userId,
  original,
}: {
  readonly userId: string;
  readonly original: ListedMessage | undefined;
}) {
  const text = original === undefined ? chat.goneOriginal : (original.message ?? chat.takenDown);
  return (
    <blockquote className="quote" dir="auto">
      <bdi className="quote-user">{userId}</bdi> {text}
    </blockquote>
  );
}

interface ReactionsProps {
  readonly message: LoggedMessage;
  readonly canReact: boolean;
  readonly acts: MessageActs;
}

function Reactions({ message, canReact, acts }: ReactionsProps) {
  const reactions = message.message === undefined ? [] : Object.entries(message.reactions ?? {});
  if (reactions.length === 0) return null;
  return (
    <p className="reactions">
      {reactions.map(([reaction, { count, me = false }]) => (
        <button
          key={reaction}
          type="button"
          className="reaction"
          aria-pressed={me}
          aria-label={chat.reaction(reaction, count, me)}
          disabled={!canReact}
          onClick={() => toggle(message, reaction, acts)}
        >
          <bdi>{reaction}</bdi> {count}
        </button>
      ))}
    </p>
  );
}

/** Puts an own reaction, or takes it back. It is shown at once. */
function toggle(message: LoggedMessage, reaction: string, { act, react, unreact }: MessageActs): void {
  const { message_id: id, reactions } = message;
  void act(reactions?.[reaction]?.me === true ? unreact(id, reaction) : react(id, reaction));
}

function Toolbar({ message, isPinned, canModerate, canSend, acts }: MessageRowProps) {
  const { client, userId: self } = usePlenum();
  const { act, onChosen, onUnreadFrom } = acts;
  const { group_id: groupId, message_id: id, from_user_id: userId } = message;
  const isOwn = userId === self;
  return (
    <div className="toolbar" role="toolbar" aria-label={chat.actions(userId)}>
      {canSend
        ? quickReactions.map((reaction) => (
            <button
              key={reaction}
              type="button"
              className="icon-button quick"
              aria-label={chat.react(reaction)}
              onClick={() => toggle(message, reaction, acts)}
            >
              {reaction}
            </button>
          ))
        : null}
      {canSend ? (
        <button
          type="button"
          className="icon-button"
          aria-label={chat.reply}
          title={chat.reply}
          onClick={() => onChosen({ type: 'reply', message })}
        >
          <Icon name="reply" />
        </button>
      ) : null}
      <MenuButton
        label={chat.more}
        actions={[
          isOwn &&
            canSend && { id: 'edit', text: chat.edit, onAction: () => onChosen({ type: 'edit', message }) },
          canModerate && {
            id: 'pin',
            text: isPinned ? chat.unpin : chat.pin,
            onAction: () =>
              void act(isPinned ? client.unpinMessage(groupId, id) : client.pinMessage(groupId, id)),
          },
          { id: 'unread', text: chat.markUnread, onAction: () => onUnreadFrom(message) },
          { id: 'id', text: chat.copyId, onAction: () => void navigator.clipboard?.writeText(id) },
          (isOwn || canModerate) && {
            ...{ id: 'down', text: chat.takeDown, isDestructive: true },
            onAction: () => void act(client.deleteMessage(groupId, id)),
          },
        ]}
      >
        <Icon name="more" />
      </MenuButton>
    </div>
  );
}

/** Marks `@ann` where ann is mentioned. The text itself is never read as markup. */
function withMentions(text: string, mentions: readonly string[], self: string): ReactNode {
  if (mentions.length === 0) return text;
  const known = new Set(mentions);
  return text.split(/(@[A-Za-z0-9_.:@|+~=-]+)/).map((part, at) => {
    const user = part.slice(1);
    if (at % 2 === 0 || !known.has(user)) return part;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text do not move
      <mark key={at} className={user === self ? 'mention is-me' : 'mention'}>
        {part}
      </mark>
    );
  });
}
