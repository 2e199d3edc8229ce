/** Says that a person is not let in, and what can be done about it. What is on the screen stays there. */
import { usePlenum } from '@plenum/react';
import { useEffect } from 'react';
import type { Person } from '../session/person.ts';
import { useStore } from '../session/store.ts';
import { strings } from '../strings.ts';

interface RefusalNoteProps {
  readonly person: Person;
  /** Asks for another token; null: the node gives tokens. */
  readonly onSignIn: (() => void) | null;
  /** Null: the people are given by tokens. */
  readonly onAnother: (() => void) | null;
}

const { refused } = strings;

export function RefusalNote({ person, onSignIn, onAnother }: RefusalNoteProps) {
  const { client, status } = usePlenum();
  const tokenRefusal = useStore(person.tokenRefusal);
  useEffect(() => {
    // Another attempt would be refused too.
    if (tokenRefusal !== null) client.close();
  }, [client, tokenRefusal]);
  const isClosed = status.state === 'closed' && status.reason !== 'application';
  if (tokenRefusal === null && !isClosed) return null;
  const text = tokenRefusal ?? (isClosed ? refused.text(status.reason) : '');
  return (
    <div className="refusal" role="alert">
      <p>
        <b>{refused.title(person.userId)}</b> {text}
      </p>
      <p className="refusal-acts">
        {tokenRefusal === null && onSignIn === null ? (
          <button type="button" className="button is-small" onClick={() => void client.connect()}>
            {strings.tryAgain}
          </button>
        ) : null}
        {onSignIn === null ? null : (
          <button type="button" className="button is-small" onClick={onSignIn}>
            {refused.signIn}
          </button>
        )}
        {onAnother === null ? null : (
          <button type="button" className="button is-small" onClick={onAnother}>
            {strings.connection.another}
          </button>
        )}
      </p>
    </div>
  );
}
