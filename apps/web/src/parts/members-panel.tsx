/** The members of a group, who waits to be accepted, invites, bans, and what the person's role allows to change. */
import type { Group, ListedMember, Members } from '@plenum/react';
import { useState } from 'react';
import { strings } from '../strings.ts';
import { GroupEnds } from './group-ends.tsx';
import { Icon } from './icon.tsx';
import { Bans, Invites } from './invites-part.tsx';
import { MemberList } from './member-list.tsx';
import { Applicant } from './member-row.tsx';
import { type Act, Part } from './members-part.tsx';

interface MembersPanelProps {
  readonly groupId: string;
  readonly group: Group;
  readonly members: Members;
  readonly applicants: readonly ListedMember[];
  readonly online: ReadonlySet<string> | null;
  /** How many receive the messages. */
  readonly size: number;
  readonly onClose: () => void;
}

const { members: words } = strings;

export function MembersPanel(props: MembersPanelProps) {
  const { groupId, group, members, applicants, online, size, onClose } = props;
  const { info, status, roles } = group;
  const [problem, setProblem] = useState<string | null>(null);
  const act: Act = async (ask) => {
    const done = await ask;
    setProblem(done.ok ? null : strings.failure(done.failure.code, done.failure.error));
    // There joins and leaves are no entries of the log.
    if (done.ok && info?.membership_events === 'counts') void members.reload();
  };
  const isActive = status === 'active';
  const isAdmin = isActive && roles.includes('admin');
  const isModerator = isAdmin || (isActive && roles.includes('moderator'));
  const isStrict = info?.group_type === 'strict_private';
  const mayAccept = isStrict ? isModerator : isActive;
  const shared = { groupId, act };
  const problems = [problem, members.failure && strings.failure(members.failure.code, members.failure.error)];
  return (
    <aside className="members" aria-label={words.title}>
      <header className="panel-head">
        <h4>{words.title}</h4>
        <button type="button" className="icon-button" aria-label={words.hide} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p className="problem" role="alert">
        {problems.find((text) => text !== null)}
      </p>
      {applicants.length === 0 ? null : (
        <Part title={words.waiting} count={applicants.length}>
          {applicants.map((member) => (
            <Applicant key={member.user_id} {...shared} member={member} mayAccept={mayAccept} />
          ))}
        </Part>
      )}
      <Part title={words.active} count={size} hasOwnList>
        <MemberList
          {...shared}
          members={members}
          online={online}
          rights={{ isAdmin, isModerator, isStrict }}
        />
      </Part>
      {mayAccept ? <Invites {...shared} /> : null}
      {isAdmin ? <Bans {...shared} /> : null}
      <GroupEnds {...shared} posting={info?.posting ?? 'members'} isAdmin={isAdmin} />
    </aside>
  );
}
