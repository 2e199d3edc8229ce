/** What a person sees of a group that it is not in: it waits, it is invited, or it may ask. */
import type { GroupInfo } from '@plenum/protocol';
import { useState } from 'react';
import type { GroupRow } from '../live/groups.ts';
import type { Person } from '../session/person.ts';
import { strings } from '../strings.ts';

interface OutsideProps {
  readonly person: Person;
  readonly groupId: string;
  readonly row: GroupRow | null;
  readonly info: GroupInfo | null;
}

const { chat } = strings;

export function Outside({ person, groupId, row, info }: OutsideProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const { client } = person;
  const act = async (
    ask: () => Promise<{ ok: true } | { ok: false; failure: { code: string; error: string } }>,
  ) => {
    const done = await ask();
    setProblem(done.ok ? null : strings.failure(done.failure.code, done.failure.error));
  };
  const type = row?.group_type ?? info?.group_type ?? 'private';
  const join = () => act(() => client.join(groupId, { ensure: true }));
  return (
    <div className="outside">
      {row?.status === 'pending' ? (
        <>
          <h4>{chat.pendingTitle}</h4>
          <p>{chat.pendingText(type)}</p>
          <Act text={chat.withdraw} onPress={() => act(() => client.leave(groupId))} />
        </>
      ) : row?.status === 'invited' ? (
        <>
          <h4>{chat.invitedTitle(row.invited_by ?? '')}</h4>
          <p>{chat.invitedText}</p>
          <div className="form-acts">
            <Act text={chat.decline} onPress={() => act(() => client.declineInvite(groupId))} />
            <Act text={chat.join} isMain onPress={join} />
          </div>
        </>
      ) : (
        <>
          <h4>{chat.goneTitle}</h4>
          <Act text={type === 'public' ? chat.join : chat.askAgain} isMain onPress={join} />
        </>
      )}
      <p className="problem" role="alert">
        {problem}
      </p>
    </div>
  );
}

interface ActProps {
  readonly text: string;
  readonly isMain?: boolean;
  readonly onPress: () => Promise<void>;
}

const Act = ({ text, isMain = false, onPress }: ActProps) => (
  <button type="button" className={isMain ? 'button is-main' : 'button'} onClick={() => void onPress()}>
    {text}
  </button>
);
