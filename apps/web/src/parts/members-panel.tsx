/** The members of a group by status, with the acts that the person's role allows; bans, invites and invite links below. */
import { useState } from 'react';
import type { Members, MembersState } from '../live/members.ts';
import type { Person } from '../session/person.ts';
import { strings } from '../strings.ts';
import { GroupEnds } from './group-ends.tsx';
import { Icon } from './icon.tsx';
import { Bans, Invites } from './invites-part.tsx';
import { Applicant, Member } from './member-row.tsx';
import { type Act, Part } from './members-part.tsx';

interface MembersPanelProps {
  readonly person: Person;
  readonly members: Members;
  readonly state: MembersState;
  readonly onClose: () => void;
}

const { members: words } = strings;

export function MembersPanel({ person, members, state, onClose }: MembersPanelProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const act: Act = async (ask) => {
    const done = await ask;
    setProblem(done.ok ? null : strings.failure(done.failure.code, done.failure.error));
    if (done.ok) members.readSoon();
  };
  const roles = state.info?.me?.roles ?? [];
  const isActive = state.info?.me?.status === 'active';
  const isAdmin = isActive && roles.includes('admin');
  const isModerator = isAdmin || (isActive && roles.includes('moderator'));
  const isStrict = state.info?.group_type === 'strict_private';
  const mayAccept = isStrict ? isModerator : isActive;
  const waiting = state.members.filter(({ status }) => status === 'pending');
  const inside = state.members.filter(({ status }) => status !== 'pending');
  const shared = { person, groupId: members.groupId, act };
  return (
    <aside className="members" aria-label={words.title}>
      <header className="panel-head">
        <h4>{words.title}</h4>
        <button type="button" className="icon-button" aria-label={words.hide} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p className="problem" role="alert">
        {problem}
      </p>
      {waiting.length === 0 ? null : (
        <Part title={words.waiting} count={waiting.length}>
          {waiting.map((member) => (
            <Applicant key={member.user_id} {...shared} member={member} mayAccept={mayAccept} />
          ))}
        </Part>
      )}
      <Part title={words.active} count={inside.length}>
        {inside.map((member) => (
          <Member
            key={member.user_id}
            {...shared}
            member={member}
            rights={{ isAdmin, isModerator, isStrict }}
          />
        ))}
      </Part>
      {state.hasMore ? (
        <button type="button" className="button older" onClick={() => members.readMore()}>
          {words.more}
        </button>
      ) : null}
      {mayAccept ? <Invites {...shared} /> : null}
      {isAdmin ? <Bans {...shared} /> : null}
      <GroupEnds {...shared} state={state} isAdmin={isAdmin} />
    </aside>
  );
}
