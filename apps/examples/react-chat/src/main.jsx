import { PlenumProvider, useGroup, useMessages, usePlenum, usePresence, useTyping } from '@plenum/react';
import { memo, StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import './style.css';

const url = import.meta.env.VITE_PLENUM_URL ?? 'http://localhost:3000';
const userId = new URLSearchParams(location.search).get('user') ?? prompt('Your name');
const groupId = 'room:lobby';

/** In production your own backend signs the token of the user who is signed in. */
async function fetchToken() {
  const answer = await fetch(`${url}/v1/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: userId }),
  });
  return (await answer.json()).token;
}

function Room() {
  const { client } = usePlenum();
  const { status, join } = useGroup(groupId);
  useEffect(() => {
    // Whoever comes first creates the group: `already_exists` is fine.
    if (status === 'none') client.create(groupId, 'public').then(() => join({ ensure: true }));
  }, [client, status, join]);
  return (
    <main>
      <Header />
      <Messages />
      <Composer />
    </main>
  );
}

function Header() {
  const { status } = usePlenum();
  const { unread } = useGroup(groupId);
  const { count } = usePresence(groupId);
  return (
    <header>
      <i className={status.state} title={status.state} />
      <h1>Lobby</h1>
      {unread > 0 && <b>{unread} new</b>}
      <span>{status.state === 'connected' ? `${count ?? 0} online` : 'connecting …'}</span>
    </header>
  );
}

function Messages() {
  const { messages, hasOlder, isLoading, loadOlder, retry, discard, react, unreact } = useMessages(groupId);
  const { markRead } = useGroup(groupId);
  useEffect(() => {
    if (messages.length > 0 && document.visibilityState === 'visible') markRead();
  }, [messages, markRead]);
  return (
    <div className="scroll">
      <ol>
        {hasOlder && (
          <button type="button" disabled={isLoading} onClick={() => loadOlder()}>
            Earlier messages
          </button>
        )}
        {messages.map((message) => (
          <Message key={message.key} {...{ message, retry, discard, react, unreact }} />
        ))}
      </ol>
    </div>
  );
}

const Message = memo(function Message({ message, retry, discard, react, unreact }) {
  const { from_user_id: from, message_id: id, state, failure, reactions } = message;
  const likes = reactions?.['👍'];
  const time = new Date(message.timestamp).toLocaleTimeString([], { timeStyle: 'short' });
  return (
    <li className={`${state} ${from === userId ? 'own' : ''}`}>
      <small>
        {from} · {time}
      </small>
      <p>{message.deleted ? <em>taken down</em> : message.message}</p>
      {id && (
        <button type="button" onClick={() => (likes?.me ? unreact : react)(id, '👍')}>
          👍 {likes?.count}
        </button>
      )}
      {state === 'failed' && (
        <small>
          {failure.error}{' '}
          <button type="button" onClick={() => retry(message)}>
            Try again
          </button>{' '}
          <button type="button" onClick={() => discard(message)}>
            Discard
          </button>
        </small>
      )}
    </li>
  );
});

function Composer() {
  const { send } = useMessages(groupId);
  const { typing, report } = useTyping(groupId);
  const submit = (event) => {
    event.preventDefault();
    const { text } = event.target.elements;
    send(text.value);
    text.value = '';
  };
  return (
    <form onSubmit={submit}>
      <small>{typing.length > 0 && `${typing.join(', ')} …`}</small>
      <input
        name="text"
        placeholder="Message"
        autoComplete="off"
        required
        maxLength={2000}
        onInput={report}
      />
      <button type="submit">Send</button>
    </form>
  );
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <PlenumProvider url={url} userId={userId} token={fetchToken}>
      <Room />
    </PlenumProvider>
  </StrictMode>,
);
