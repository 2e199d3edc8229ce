/** The groups of a person, with what is unread. */
import type { ListedGroup } from '@plenum/react';
import { groupTypes, strings } from '../strings.ts';
import { Icon } from './icon.tsx';

interface GroupListProps {
  /** Null: they have not been read yet. */
  readonly groups: readonly ListedGroup[] | null;
  readonly open: string | null;
  readonly onOpen: (groupId: string) => void;
  readonly onCreate: () => void;
  readonly onFind: () => void;
}

const { groups: words } = strings;
const stateTexts = { pending: words.pending, invited: words.invited, muted: words.muted };

export function GroupList({ groups, open, onOpen, onCreate, onFind }: GroupListProps) {
  return (
    <nav className="groups" aria-label={words.title}>
      <header className="groups-head">
        <h3>{words.title}</h3>
        <button
          type="button"
          className="icon-button"
          aria-label={words.find}
          title={words.find}
          onClick={onFind}
        >
          <Icon name="enter" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={words.create}
          title={words.create}
          onClick={onCreate}
        >
          <Icon name="plus" />
        </button>
      </header>
      {groups?.length === 0 ? <NoGroups onCreate={onCreate} onFind={onFind} /> : null}
      <ul>
        {groups?.map((row) => (
          <li key={row.group_id}>
            <button
              type="button"
              className={row.group_id === open ? 'group is-open' : 'group'}
              aria-current={row.group_id === open}
              onClick={() => onOpen(row.group_id)}
            >
              <span className="group-type" title={groupTypes[row.group_type].name}>
                <Icon name={row.group_type} />
              </span>
              <bdi className="group-id">{row.group_id}</bdi>
              <Marks row={row} isOpen={row.group_id === open} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function NoGroups({ onCreate, onFind }: Pick<GroupListProps, 'onCreate' | 'onFind'>) {
  return (
    <div className="groups-none">
      <p className="hint">{words.none}</p>
      <button type="button" className="link" onClick={onCreate}>
        {words.createFirst}
      </button>
      <button type="button" className="link" onClick={onFind}>
        {words.findFirst}
      </button>
    </div>
  );
}

function Marks({ row, isOpen }: { readonly row: ListedGroup; readonly isOpen: boolean }) {
  if (row.status !== 'active') return <span className="state">{stateTexts[row.status]}</span>;
  const { unread = 0, unread_mentions: mentions = 0 } = row;
  if (unread === 0 || isOpen) return null;
  return mentions > 0 ? (
    <span className="unread has-mention" title={words.mentions(mentions)}>{`@${unread}`}</span>
  ) : (
    <span className="unread" title={words.unread(unread)}>
      {unread > 99 ? '99+' : unread}
    </span>
  );
}
