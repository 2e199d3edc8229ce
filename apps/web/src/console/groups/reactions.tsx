/** A reaction of a message: how many have it, and on a press who. */
import type { MessageHistoryEntry, RequestResult } from '@plenum/protocol';
import { useState } from 'react';
import { Window } from '../../parts/window.tsx';
import { UserLink } from '../parts/marks.tsx';
import { FailureNote, Loading } from '../parts/states.tsx';
import { callOf } from '../rest/call.ts';
import { usePages } from '../rest/queries.ts';
import { strings } from '../strings.ts';

type Page = RequestResult<'list_reactions'>;

const texts = strings.history;
const pageRows = 100;

interface ReactionProps {
  readonly groupId: string;
  readonly message: Pick<MessageHistoryEntry, 'message_id' | 'seq'>;
  readonly reaction: string;
}

export function ReactionButton({ count, ...props }: ReactionProps & { readonly count: number }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="reaction-mark"
        title={texts.reactedHint}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <bdi>{`${props.reaction} ${count}`}</bdi>
      </button>
      {isOpen ? <ReactionsWindow {...props} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function ReactionsWindow({
  groupId,
  message: { message_id, seq },
  reaction,
  onClose,
}: ReactionProps & { readonly onClose: () => void }) {
  const args = { group_id: groupId, message_id, reaction, limit: pageRows };
  const read = usePages<Page>(callOf('list_reactions', args));
  const users = read.pages.flatMap(({ reactions }) => reactions.map(({ user_id }) => user_id));
  return (
    <Window title={texts.reacted(reaction, seq)} onClose={onClose}>
      {read.error === null ? null : <FailureNote error={read.error} onAgain={read.again} />}
      {read.isLoading ? <Loading /> : null}
      <ul className="plain-rows reacted">
        {users.map((userId) => (
          <li key={userId}>
            <UserLink id={userId} />
          </li>
        ))}
      </ul>
      {read.more === null ? null : (
        <p className="reacted-more">
          <button type="button" className="button is-small" onClick={read.more}>
            {texts.more}
          </button>
        </p>
      )}
    </Window>
  );
}
