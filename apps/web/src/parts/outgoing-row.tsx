/** An own message that has no place in the log yet: it waits, was refused, or its entry is about to come. */
import type { ListedMessage } from '@plenum/react';
import { strings } from '../strings.ts';
import { Avatar, hueOf } from './avatar.tsx';
import { clock } from './clock.ts';
import type { MessageActs } from './message-row.tsx';

const { chat } = strings;

interface OutgoingRowProps {
  readonly message: ListedMessage;
  readonly beginsBlock: boolean;
  readonly acts: MessageActs;
}

export function OutgoingRow({ message, beginsBlock, acts }: OutgoingRowProps) {
  const { message: text, failure, state, from_user_id: userId, timestamp } = message;
  return (
    <li
      className={[
        'message is-draft',
        beginsBlock ? 'begins' : '',
        failure === undefined ? '' : 'is-failed',
      ].join(' ')}
    >
      <span className="message-side">{beginsBlock ? <Avatar userId={userId} /> : null}</span>
      <div className="message-main">
        {beginsBlock ? (
          <p className="message-head">
            <bdi className={`message-user hue-${hueOf(userId)}`}>{userId}</bdi>
            <time dateTime={timestamp}>{clock(timestamp)}</time>
          </p>
        ) : null}
        <p className="message-text" dir="auto">
          {text}
        </p>
        {failure === undefined ? (
          <p className="message-note">{state === 'sending' ? chat.sending : ''}</p>
        ) : (
          <p className="message-note is-problem" role="alert">
            {`${chat.notSent}: ${strings.failure(failure.code, failure.error)} `}
            <button type="button" className="link" onClick={() => void acts.retry(message)}>
              {chat.retry}
            </button>
            <button type="button" className="link" onClick={() => acts.discard(message)}>
              {chat.discard}
            </button>
          </p>
        )}
      </div>
    </li>
  );
}
