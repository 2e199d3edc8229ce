/** The groups of a person, with what is unread. */
import type { GroupRow } from '../live/groups.ts';
import { groupTypes, strings } from '../strings.ts';
import { Icon } from './icon.tsx';

interface GroupListProps {
  /** Null: they have not been read yet. */
  readonly rows: readonly GroupRow[] | null;
  readonly open: string | null;
  readonly onOpen: (groupId: string) => void;
  readonly onCreate: () => void;
  readonly onFind: () => void;
}

const { groups } = strings;
const stateTexts = { pending: groups.pending, invited: groups.invited, muted: groups.muted };

export function GroupList({ rows, open, onOpen, onCreate, onFind }: GroupListProps) {
  return (
    <nav className="groups" aria-label={groups.title}>
      <header className="groups-head">
        <h3>{groups.title}</h3>
        <button
          type="button"
          className="icon-button"
          aria-label={groups.find}
          title={groups.find}
          onClick={onFind}
        >
          <Icon name="enter" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={groups.create}
          title={groups.create}
          onClick={onCreate}
        >
          <Icon name="plus" />
        </button>
      </header>
      {rows?.length === 0 ? <p className="hint groups-none">{groups.none}</p> : null}
      <ul>
        {rows?.map((row) => (
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

function Marks({ row, isOpen }: { readonly row: GroupRow; readonly isOpen: boolean }) {
  if (row.status !== 'active') return <span className="state">{stateTexts[row.status]}</span>;
  const { unread = 0, unread_mentions: mentions = 0 } = row;
  if (unread === 0 || isOpen) return null;
  return mentions > 0 ? (
    <span className="unread has-mention" title={groups.mentions(mentions)}>{`@${unread}`}</span>
  ) : (
    <span className="unread" title={groups.unread(unread)}>
      {unread > 99 ? '99+' : unread}
    </span>
  );
}
