/** One message: who, when, the text, what it replies to, its reactions, and what the reader can do with it. */
import type { ShownMessage } from '@plenum/client';
import type { ReactNode } from 'react';
import type { Conversation, Shown } from '../live/conversation.ts';
import type { Person } from '../session/person.ts';
import { strings } from '../strings.ts';
import { Avatar, hueOf } from './avatar.tsx';
import { clock } from './clock.ts';
import { Icon } from './icon.tsx';
import { MenuButton } from './menu-button.tsx';

/** A message that the person has chosen to reply to or to edit. */
export interface Chosen {
  readonly type: 'reply' | 'edit';
  readonly message: ShownMessage;
}

interface MessageRowProps {
  readonly person: Person;
  readonly conversation: Conversation | null;
  readonly message: ShownMessage;
  /** The message to which it replies, if that is loaded. */
  readonly original: Shown | undefined;
  readonly beginsBlock: boolean;
  /** Only one message at a time has its buttons in the order of the Tab key. */
  readonly isCurrent: boolean;
  readonly isPinned: boolean;
  readonly canModerate: boolean;
  readonly canSend: boolean;
  readonly onCurrent: () => void;
  readonly onChosen: (chosen: Chosen) => void;
  readonly onUnreadFrom: (message: { readonly seq: number; readonly epoch: string }) => void;
}

const quickReactions = ['👍', '❤️', '😂', '🎉'];
const { chat } = strings;

export function MessageRow(props: MessageRowProps) {
  const { person, conversation, message, original, beginsBlock, isCurrent, isPinned, canSend, onCurrent } =
    props;
  const { from_user_id: userId, message_id: id } = message;
  const isGone = message.message === undefined;
  const isForMe = !isGone && message.mentions?.some((user) => user === person.userId) === true;
  const name = `message-${person.userId}-${id}`;
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
      onFocus={onCurrent}
      onPointerEnter={onCurrent}
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
              {withMentions(message.message, message.mentions ?? [], person.userId)}
              {message.edited_at === undefined ? null : <span className="message-mark">{chat.edited}</span>}
              {message.open === true ? <span className="message-mark">{chat.open}</span> : null}
              {isPinned ? <span className="message-mark">{chat.pinned}</span> : null}
            </p>
            {message.metadata === undefined ? null : (
              <p className="message-data mono" dir="auto">
                {JSON.stringify(message.metadata)}
              </p>
            )}
            <Reactions message={message} canReact={canSend} conversation={conversation} />
          </>
        )}
      </div>
      {isCurrent && !isGone ? <Toolbar {...props} /> : null}
    </li>
  );
}

function Quote({ userId, original }: { readonly userId: string; readonly original: Shown | undefined }) {
  const text =
    original === undefined || original.type !== 'message'
      ? chat.goneOriginal
      : (original.message ?? chat.takenDown);
  return (
    <blockquote className="quote" dir="auto">
      <b>{userId}</b> {text}
    </blockquote>
  );
}

interface ReactionsProps {
  readonly message: ShownMessage;
  readonly canReact: boolean;
  readonly conversation: Conversation | null;
}

function Reactions({ message, canReact, conversation }: ReactionsProps) {
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
          onClick={() => void conversation?.toggleReaction(message, reaction)}
        >
          <bdi>{reaction}</bdi> {count}
        </button>
      ))}
    </p>
  );
}

function Toolbar(props: MessageRowProps) {
  const { person, conversation, message, isPinned, canModerate, canSend, onChosen, onUnreadFrom } = props;
  const { group_id: groupId, message_id: id, from_user_id: userId } = message;
  const { client } = person;
  const isOwn = userId === person.userId;
  return (
    <div className="toolbar" role="toolbar" aria-label={chat.actions(userId)}>
      {canSend
        ? quickReactions.map((reaction) => (
            <button
              key={reaction}
              type="button"
              className="icon-button quick"
              aria-label={chat.react(reaction)}
              onClick={() => void conversation?.toggleReaction(message, reaction)}
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
              void (isPinned ? client.unpinMessage(groupId, id) : client.pinMessage(groupId, id)),
          },
          { id: 'unread', text: chat.markUnread, onAction: () => onUnreadFrom(message) },
          { id: 'id', text: chat.copyId, onAction: () => void navigator.clipboard?.writeText(id) },
          (isOwn || canModerate) && {
            ...{ id: 'down', text: chat.takeDown, isDestructive: true },
            onAction: () => void client.deleteMessage(groupId, id),
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
