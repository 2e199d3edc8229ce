/** The open group of a person: its head, its messages, the members beside them, and where to write. */
import { type ListedGroup, type Members, useGroup, useMembers, usePresence } from '@plenum/react';
import { lazy, Suspense, useState } from 'react';
import { groupTypes, strings } from '../strings.ts';
import { Conversation } from './conversation.tsx';
import { Icon } from './icon.tsx';
import { Outside } from './outside.tsx';

const MembersPanel = lazy(() =>
  import('./members-panel.tsx').then((module) => ({ default: module.MembersPanel })),
);

interface ConversationPaneProps {
  readonly groupId: string;
  /** What the list of groups has of it; null: it is not among them. */
  readonly row: ListedGroup | null;
  readonly onBack: () => void;
}

export function ConversationPane({ groupId, row, onBack }: ConversationPaneProps) {
  const [hasMembers, setMembers] = useState(false);
  const group = useGroup(groupId);
  const { info, status } = group;
  const isInside = status === 'active' || status === 'muted';
  const members = useMembers(isInside ? groupId : null);
  const applicants = useMembers(isInside ? groupId : null, { status: 'pending' }).members;
  const presence = usePresence(isInside ? groupId : null);
  const type = row?.group_type ?? info?.group_type ?? null;
  const title = titleOf(info?.metadata);
  const all = sizeOf(members, info?.counts);
  return (
    <div className={hasMembers && isInside ? 'conversation has-members' : 'conversation'}>
      <header className="conversation-head">
        <button type="button" className="icon-button back" aria-label={strings.groups.back} onClick={onBack}>
          <Icon name="back" />
        </button>
        <div className="conversation-title">
          <h3 title={title ?? groupId}>
            <bdi>{title ?? groupId}</bdi>
          </h3>
          <p className="conversation-facts">
            {title === null ? null : (
              <bdi className="mono fact-id" title={groupId}>
                {groupId}
              </bdi>
            )}
            {type === null ? null : <span>{groupTypes[type].name}</span>}
            {isInside && all > 0 ? <span>{strings.members.count(presence.count ?? 0, all)}</span> : null}
          </p>
        </div>
        {isInside ? (
          <button
            type="button"
            className="button members-button"
            aria-pressed={hasMembers}
            onClick={() => {
              group.reload();
              setMembers(!hasMembers);
            }}
          >
            <Icon name="people" />
            <span className="members-word">{strings.members.show}</span>
            {applicants.length > 0 ? (
              <span className="unread">
                {applicants.length} <span className="unseen">{strings.members.waitingToo}</span>
              </span>
            ) : null}
          </button>
        ) : null}
      </header>
      {isInside ? (
        <Conversation groupId={groupId} members={members.members} />
      ) : status === null && group.failure === null ? null : (
        <Outside groupId={groupId} group={group} row={row} />
      )}
      {hasMembers && isInside ? (
        <Suspense fallback={<aside className="members" aria-label={strings.members.title} />}>
          <MembersPanel
            groupId={groupId}
            group={group}
            members={members}
            applicants={applicants}
            online={presence.online}
            size={all}
            onClose={() => setMembers(false)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

const titleOf = (metadata: Readonly<Record<string, unknown>> | null | undefined): string | null => {
  const title = metadata?.['title'];
  return typeof title === 'string' && title.trim() !== '' ? title : null;
};

/** How many receive the messages: counted if the whole list is known, else as the group says. */
function sizeOf(
  { members, hasMore }: Members,
  counts: { readonly active: number; readonly muted: number } | undefined,
): number {
  if (!hasMore && members.length > 0) return members.filter(({ status }) => status !== 'pending').length;
  return (counts?.active ?? 0) + (counts?.muted ?? 0);
}
