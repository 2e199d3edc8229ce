/** One entry of a log: a message in its present state, a change of one, or an event of the group. */
import type { HistoryEntry, MessageEvent, MessageHistoryEntry } from '@plenum/protocol';
import { eventText } from '../../event-strings.ts';
import { dayAndTime, wholeTime } from '../../parts/clock.ts';
import { copyText } from '../../parts/copy-button.tsx';
import { ActMenu } from '../acts/act-menu.tsx';
import { actsFor } from '../acts/act-table.ts';
import { Time, UserLink } from '../parts/marks.tsx';
import { strings } from '../strings.ts';
import { ReactionButton } from './reactions.tsx';

const texts = strings.history;

interface EntryRowProps {
  readonly groupId: string;
  readonly entry: HistoryEntry;
  readonly isPinned: boolean;
}

interface MessageProps {
  readonly groupId: string;
  readonly message: MessageHistoryEntry;
  readonly isPinned: boolean;
}

/** Of today with milliseconds, else with the day. */
const timeOf = (timestamp: string): string =>
  new Date(timestamp).toDateString() === new Date().toDateString()
    ? wholeTime(Date.parse(timestamp))
    : dayAndTime(timestamp);

const isMessage = (entry: HistoryEntry): entry is MessageHistoryEntry => entry.type === 'message';
const isChange = (entry: HistoryEntry): entry is MessageEvent => 'target_seq' in entry;

export function EntryRow({ groupId, entry, isPinned }: EntryRowProps) {
  const { seq, timestamp } = entry;
  return (
    <article className={isMessage(entry) ? 'entry' : 'entry is-event'}>
      <span className="entry-seq mono">{seq}</span>
      <time className="entry-time" dateTime={timestamp} title={timestamp}>
        {timeOf(timestamp)}
      </time>
      <div className="entry-body">
        {isMessage(entry) ? (
          <MessageBody groupId={groupId} message={entry} isPinned={isPinned} />
        ) : isChange(entry) ? (
          <ChangeBody change={entry} />
        ) : (
          <p>{eventText(entry)}</p>
        )}
      </div>
      {isMessage(entry) ? <MessageMenu groupId={groupId} message={entry} isPinned={isPinned} /> : null}
    </article>
  );
}

function MessageBody({ groupId, message, isPinned }: MessageProps) {
  return (
    <>
      <p className="entry-head">
        <UserLink id={message.from_user_id} />
        {'reply' in message && message.reply !== undefined ? (
          <span className="dim">{texts.replyTo(message.reply.seq, message.reply.from_user_id)}</span>
        ) : null}
        {isPinned ? <span className="role-mark">{texts.pinned}</span> : null}
      </p>
      {'deleted' in message ? (
        <p className="entry-text is-gone">
          {texts.takenDown(nameOf(message.deleted_by))}
          {message.reason === undefined ? '' : `: ${message.reason}`}
        </p>
      ) : (
        <>
          <p className="entry-text">{message.message}</p>
          {message.metadata === undefined ? null : (
            <pre className="entry-data mono">{JSON.stringify(message.metadata)}</pre>
          )}
          <MessageNotes groupId={groupId} message={message} />
        </>
      )}
    </>
  );
}

interface NotesProps {
  readonly groupId: string;
  readonly message: Exclude<MessageHistoryEntry, { readonly deleted: true }>;
}

function MessageNotes({ groupId, message }: NotesProps) {
  const { edits, open, expires_at, imported, reactions } = message;
  const notes = [
    edits === undefined ? null : texts.edited(edits),
    open === true ? texts.open : null,
    imported === true ? texts.imported : null,
  ].filter((note) => note !== null);
  if (notes.length === 0 && expires_at === undefined && reactions === undefined) return null;
  return (
    <p className="entry-notes">
      {notes.map((note) => (
        <span key={note}>{note}</span>
      ))}
      {expires_at === undefined ? null : (
        <span>
          {texts.expires} <Time at={expires_at} />
        </span>
      )}
      {Object.entries(reactions ?? {}).map(([reaction, { count }]) => (
        <ReactionButton
          key={reaction}
          groupId={groupId}
          message={message}
          reaction={reaction}
          count={count}
        />
      ))}
    </p>
  );
}

const nameOf = (actorId: string) => (actorId === '$service' ? texts.service : actorId);

function ChangeBody({ change }: { readonly change: MessageEvent }) {
  const { type, target_seq, actor_id, reaction = '' } = change;
  return (
    <p>
      <bdi>{nameOf(actor_id)}</bdi> {texts.changes[type](target_seq, reaction)}
    </p>
  );
}

function MessageMenu({ groupId, message, isPinned }: MessageProps) {
  const { message_id, from_user_id, seq } = message;
  const isGone = 'deleted' in message;
  const isOpen = 'open' in message && message.open === true;
  const names = actsFor('message').filter(
    (name) =>
      !(name === 'pin_message' && isPinned) &&
      !(name === 'unpin_message' && !isPinned) &&
      !(name === 'append_message' && !isOpen),
  );
  return (
    <ActMenu
      label={strings.acts.of(String(seq))}
      names={isGone ? [] : names}
      known={{ group_id: groupId, message_id }}
      subject={String(seq)}
      suggested={{ author: from_user_id, message: message.message ?? '' }}
      extra={[{ id: 'copy', text: texts.copyMessageId, onAction: () => void copyText(message_id) }]}
    />
  );
}
