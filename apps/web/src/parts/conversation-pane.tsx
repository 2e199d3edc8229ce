/** The open group of a person: its head, its messages, the members beside them, and where to write. */
import { useEffect, useRef, useState } from 'react';
import { Conversation, type ConversationState } from '../live/conversation.ts';
import type { GroupRow, Groups } from '../live/groups.ts';
import { Members, type MembersState } from '../live/members.ts';
import { useLive } from '../live/use-live.ts';
import type { Person } from '../session/person.ts';
import { Store, useStore } from '../session/store.ts';
import { groupTypes, strings } from '../strings.ts';
import { Composer } from './composer.tsx';
import { Icon } from './icon.tsx';
import { MembersPanel } from './members-panel.tsx';
import { MessageList } from './message-list.tsx';
import type { Chosen } from './message-row.tsx';
import { Outside } from './outside.tsx';
import { ResumeNote } from './resume-note.tsx';

interface ConversationPaneProps {
  readonly person: Person;
  readonly groups: Groups;
  readonly groupId: string;
  /** Null: the person is not in the group. */
  readonly row: GroupRow | null;
  readonly areRowsRead: boolean;
  readonly onBack: () => void;
}

const makeConversation = (person: Person, groupId: string) => new Conversation(person, groupId);
const makeMembers = (person: Person, groupId: string) => new Members(person, groupId);
const noMembers = new Store<MembersState>({ info: null, members: [], hasMore: false, online: 0 });

export function ConversationPane(props: ConversationPaneProps) {
  const { person, groupId, row, areRowsRead, onBack } = props;
  const [hasMembers, setMembers] = useState(false);
  const members = useLive(makeMembers, person, groupId);
  const state = useStore(members?.state ?? noMembers);
  const { info } = state;
  const type = row?.group_type ?? info?.group_type ?? null;
  const title: unknown = info?.metadata?.['title'];
  const isInside = row?.status === 'active' || row?.status === 'muted';
  const all = (info?.counts?.active ?? 0) + (info?.counts?.muted ?? 0);
  const waiting = info?.counts?.pending ?? 0;
  return (
    <div className={hasMembers ? 'conversation has-members' : 'conversation'}>
      <header className="conversation-head">
        <button type="button" className="icon-button back" aria-label={strings.groups.back} onClick={onBack}>
          <Icon name="back" />
        </button>
        <div className="conversation-title">
          <h3>
            <bdi>{typeof title === 'string' ? title : groupId}</bdi>
          </h3>
          <p className="conversation-facts">
            {typeof title === 'string' ? <bdi className="mono">{groupId}</bdi> : null}
            {type === null ? null : <span>{groupTypes[type].name}</span>}
            {isInside && all > 0 ? <span>{strings.members.count(state.online, all)}</span> : null}
          </p>
        </div>
        {isInside ? (
          <button
            type="button"
            className="button members-button"
            aria-label={strings.members.showNamed(waiting)}
            aria-pressed={hasMembers}
            onClick={() => setMembers(!hasMembers)}
          >
            <Icon name="people" />
            <span>{strings.members.show}</span>
            {waiting > 0 ? <span className="unread">{waiting}</span> : null}
          </button>
        ) : null}
      </header>
      {isInside ? (
        <Inside {...props} row={row} members={members} state={state} />
      ) : areRowsRead ? (
        <Outside person={person} groupId={groupId} row={row} info={info} />
      ) : null}
      {hasMembers && isInside && members !== null ? (
        <MembersPanel person={person} members={members} state={state} onClose={() => setMembers(false)} />
      ) : null}
    </div>
  );
}

const empty = new Store<ConversationState>({
  ...{ entries: [], outgoing: [], pins: [], hasOlder: false, failure: null, isRead: false },
});
const noTyping = new Store<readonly string[]>([]);

interface InsideProps extends ConversationPaneProps {
  readonly row: GroupRow;
  readonly members: Members | null;
  readonly state: MembersState;
}

function Inside({ person, groups, groupId, row, state }: InsideProps) {
  const conversation = useLive(makeConversation, person, groupId);
  const shown = useStore(conversation?.state ?? empty);
  const typing = useStore(conversation?.typing ?? noTyping);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const unread = useUnread(groups, row, shown);
  const roles = state.info?.me?.roles ?? row.roles;
  const posting = state.info?.posting ?? 'members';
  const isAdmin = roles.includes('admin');
  const canSend = row.status === 'active' && (posting === 'members' || (posting === 'admins' && isAdmin));
  return (
    <>
      <MessageList
        person={person}
        groupId={groupId}
        conversation={conversation}
        shown={shown}
        newAfter={unread.newAfter}
        canModerate={isAdmin || roles.includes('moderator')}
        canSend={canSend}
        onChosen={setChosen}
        onUnreadFrom={unread.markFrom}
      />
      <div className="below">
        <ResumeNote person={person} groupId={groupId} />
        <p className="typing" aria-live="polite">
          {typing.length === 0 ? '' : strings.chat.typing(typing)}
        </p>
        {canSend ? (
          <Composer
            groupId={groupId}
            userId={person.userId}
            members={state.members}
            conversation={conversation}
            chosen={chosen}
            onDone={() => setChosen(null)}
          />
        ) : (
          <p className="composer-note">
            {row.status === 'muted'
              ? strings.chat.mutedNote
              : `${strings.members.posting}: ${strings.members.postingText(posting)}`}
          </p>
        )}
      </div>
    </>
  );
}

/** How long a message is on the screen before it counts as read. */
const readAfterMs = 400;

/** Marks what is shown as read, unless the person has marked it as unread meanwhile. */
function useUnread(groups: Groups, row: GroupRow, { entries }: ConversationState) {
  const [newAfter, setNewAfter] = useState<number | null>(() =>
    (row.unread ?? 0) > 0 ? (row.read_seq ?? null) : null,
  );
  const isHeld = useRef(false);
  const { group_id: groupId, read_seq: readSeq = 0 } = row;
  const last = entries.at(-1);
  const [seq, epoch] = [last?.seq ?? 0, last?.epoch ?? ''];
  useEffect(() => {
    if (isHeld.current || seq <= readSeq) return;
    const timer = setTimeout(() => {
      if (document.visibilityState === 'visible') void groups.markRead(groupId, seq, epoch);
    }, readAfterMs);
    return () => clearTimeout(timer);
  }, [groups, groupId, seq, epoch, readSeq]);
  const markFrom = (message: { readonly seq: number; readonly epoch: string }) => {
    isHeld.current = true;
    setNewAfter(message.seq - 1);
    void groups.markUnread(groupId, message.seq - 1, message.epoch);
  };
  return { newAfter, markFrom };
}
