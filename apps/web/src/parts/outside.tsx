/** What a person sees of a group that it is not in: it waits, it is invited, or it may ask. */
import { type Group, type ListedGroup, usePlenum } from '@plenum/react';
import { useState } from 'react';
import { strings } from '../strings.ts';

interface OutsideProps {
  readonly groupId: string;
  readonly group: Group;
  readonly row: ListedGroup | null;
}

const { chat } = strings;

export function Outside({ groupId, group, row }: OutsideProps) {
  const { client } = usePlenum();
  const { status, info } = group;
  const hasEnded = info === null;
  const [problem, setProblem] = useState<string | null>(null);
  const act = async (
    ask: () => Promise<{ ok: true } | { ok: false; failure: { code: string; error: string } }>,
  ) => {
    const done = await ask();
    setProblem(done.ok ? null : strings.failure(done.failure.code, done.failure.error));
  };
  const type = row?.group_type ?? info?.group_type ?? 'private';
  const join = () => act(() => group.join({ ensure: true }));
  return (
    <div className="outside">
      {status === 'pending' ? (
        <>
          <h4>{chat.pendingTitle}</h4>
          <p>{chat.pendingText(type)}</p>
          <Act text={chat.withdraw} onPress={() => act(() => group.leave())} />
        </>
      ) : status === 'invited' ? (
        <>
          <h4>{chat.invitedTitle(row?.invited_by ?? '')}</h4>
          <p>{chat.invitedText}</p>
          <div className="form-acts">
            <Act text={chat.decline} onPress={() => act(() => client.declineInvite(groupId))} />
            <Act text={chat.join} isMain onPress={join} />
          </div>
        </>
      ) : (
        <>
          <h4>{hasEnded ? chat.noGroupTitle : chat.goneTitle}</h4>
          {hasEnded ? (
            <p>{chat.noGroupText}</p>
          ) : (
            <Act text={type === 'public' ? chat.join : chat.askAgain} isMain onPress={join} />
          )}
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
