/** An own message that has no place in the log yet: it waits, was refused, or its entry is about to come. */
import type { ListedMessage } from '@plenum/react';
import { strings } from '../strings.ts';
import type { MessageActs } from './message-row.tsx';

const { chat } = strings;

export function OutgoingRow({
  message,
  acts,
}: {
  readonly message: ListedMessage;
  readonly acts: MessageActs;
}) {
  const { message: text, failure, state } = message;
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
