import { createClient } from '@plenum/client';
import {
  type ListedMessage,
  PlenumProvider,
  useGroup,
  useMembers,
  useMessages,
  usePlenum,
  usePresence,
  useTyping,
} from '@plenum/react';

function Row({ message, again }: { message: ListedMessage; again: (message: ListedMessage) => void }) {
  const seq: number | undefined = message.seq;
  const count: number = message.reactions?.['👍']?.count ?? 0;
  if (message.state === 'failed')
    return (
      <button type="button" onClick={() => again(message)}>
        {message.failure?.code}
      </button>
    );
  // @ts-expect-error a message has no such state
  if (message.state === 'lost') return null;
  return (
    <li>
      {seq} {message.from_user_id}: {message.deleted === true ? message.deleted_by : message.message} {count}
    </li>
  );
}

function Room({ groupId }: { groupId: string | null }) {
  const { status, userId } = usePlenum();
  const { messages, send, retry, hasOlder, loadOlder } = useMessages(groupId);
  const { info, unread, join } = useGroup(groupId);
  const { members } = useMembers(groupId);
  const { online, count } = usePresence(groupId);
  const { typing, report } = useTyping(groupId);
  // @ts-expect-error a text is required
  const wrong = () => send();
  console.log(
    status.state,
    userId,
    info?.group_type,
    unread?.toFixed(),
    members[0]?.user_id,
    online?.has('ann'),
    count,
    wrong,
  );
  return (
    <form onSubmit={() => join()}>
      <input onChange={report} />
      {hasOlder && (
        <button type="button" onClick={() => loadOlder()}>
          {typing.join()}
        </button>
      )}
      {messages.map((message) => (
        <Row key={message.key} message={message} again={retry} />
      ))}
    </form>
  );
}

export const own = (
  <PlenumProvider url="http://127.0.0.1:1" userId="ann" token={async () => 'token'}>
    <Room groupId="room" />
  </PlenumProvider>
);
export const given = (
  <PlenumProvider client={createClient({ url: '', token: '' })} userId="ann">
    <Room groupId={null} />
  </PlenumProvider>
);
// @ts-expect-error a client of one's own wants a url and tokens
export const wrong = <PlenumProvider userId="ann" />;
