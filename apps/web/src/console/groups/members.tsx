/** The members of a group, or its applicants: a list of any length, by status, with the acts for each. */
import type { MemberStatus, RequestResult } from '@plenum/protocol';
import { useMemo, useState } from 'react';
import { ActButton, ActMenu } from '../acts/act-menu.tsx';
import { actsFor } from '../acts/act-table.ts';
import type { AskedAct } from '../acts/act-window.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Roles, StatusMark, Time, UserLink } from '../parts/marks.tsx';
import { FailureNote } from '../parts/states.tsx';
import { callOf } from '../rest/call.ts';
import { changeRows, usePages } from '../rest/queries.ts';
import { Link } from '../router/link.tsx';
import { go } from '../router/place.ts';
import { strings } from '../strings.ts';
import { MemberSearch } from './member-search.tsx';
import type { PartProps } from './part.ts';
import { type Readers, ReadMark, useReaders } from './read-marks.tsx';

type Page = RequestResult<'list_members'>;
type Row = Page['members'][number];

const texts = strings.members;
const pageRows = 200;
const statuses = ['active', 'muted', 'pending'] as const satisfies readonly MemberStatus[];

export function Members({
  groupId,
  info,
  isOfApplicants = false,
}: PartProps & { readonly isOfApplicants?: boolean }) {
  const [chosen, setChosen] = useState<MemberStatus | null>(null);
  const status = isOfApplicants ? 'pending' : chosen;
  /** The id of the only member that is shown; empty: all. */
  const [sought, setSought] = useState('');
  const args = {
    group_id: groupId,
    ...(sought === '' ? { limit: pageRows } : { user_id: sought }),
    ...(status === null ? {} : { status }),
  };
  const read = usePages<Page>(callOf('list_members', args));
  const rows = useMemo(() => read.pages.flatMap(({ members }) => members), [read.pages]);
  const total = sought === '' ? totalOf(info, status) : rows.length;
  const readers = useReaders(groupId, info);
  const columns = isOfApplicants ? applicantColumns(groupId) : memberColumns(groupId, readers);
  return (
    <>
      <div className="list-line">
        {isOfApplicants ? null : <StatusFilter status={status} onStatus={setChosen} />}
        <MemberSearch onSeek={setSought} />
        <span className="hint" role="status">
          {rows.length === 0 || sought !== '' ? '' : texts.shown(rows.length, Math.max(total, rows.length))}
        </span>
        <button type="button" className="button is-small" onClick={read.again}>
          {strings.table.refresh}
        </button>
      </div>
      {read.error === null ? (
        <DataTable
          label={isOfApplicants ? strings.group.tabs.requests : texts.label}
          columns={columns}
          rows={rows}
          keyOf={({ user_id }) => user_id}
          isLoading={read.isLoading}
          more={read.more}
          total={Math.max(total, rows.length)}
          empty={
            sought === '' ? (
              isOfApplicants ? (
                texts.noRequests
              ) : (
                texts.none
              )
            ) : (
              <NotFound groupId={groupId} userId={sought} />
            )
          }
        />
      ) : (
        <FailureNote error={read.error} onAgain={read.again} />
      )}
    </>
  );
}

function totalOf({ counts }: PartProps['info'], status: MemberStatus | null): number {
  if (counts === undefined) return 0;
  return status === null ? counts.active + counts.muted + counts.pending : counts[status];
}

/** Who is not found here may be no member, or have another status. */
const NotFound = ({ groupId, userId }: { readonly groupId: string; readonly userId: string }) => (
  <>
    <p>{texts.notFound(userId)}</p>
    <Link to={`/explain?${new URLSearchParams({ group: groupId, user: userId, action: 'send' })}`}>
      {texts.why}
    </Link>
  </>
);

interface StatusFilterProps {
  readonly status: MemberStatus | null;
  readonly onStatus: (status: MemberStatus | null) => void;
}

function StatusFilter({ status, onStatus }: StatusFilterProps) {
  return (
    <fieldset className="switch">
      <legend className="unseen">{texts.filter}</legend>
      {[null, ...statuses].map((one) => (
        <button key={one ?? ''} type="button" aria-pressed={status === one} onClick={() => onStatus(one)}>
          {one === null ? texts.all : texts.statuses[one]}
        </button>
      ))}
    </fieldset>
  );
}

const known = (groupId: string, { user_id }: Row) => ({ group_id: groupId, user_id });

const memberColumns = (groupId: string, readers: Readers | null): readonly Column<Row>[] => [
  {
    id: 'user',
    title: texts.user,
    width: 'minmax(0, 1fr)',
    cell: ({ user_id }) => <UserLink id={user_id} />,
  },
  { id: 'status', title: texts.status, width: '5rem', cell: ({ status }) => <StatusMark status={status} /> },
  {
    id: 'roles',
    title: texts.roles,
    width: '6.5rem',
    isMinor: true,
    cell: ({ roles }) => <Roles roles={roles} />,
  },
  {
    id: 'online',
    title: texts.online,
    width: '4.5rem',
    isMinor: true,
    cell: ({ online }) => (online === true ? <span className="is-good">{texts.isOnline}</span> : null),
  },
  {
    id: 'joined',
    title: texts.joined,
    width: '11rem',
    isMinor: true,
    cell: ({ joined_at }) => <Time at={joined_at} />,
  },
  ...(readers === null ? [] : [readColumn(readers)]),
  { id: 'acts', title: '', width: '2rem', cell: (row) => <MemberMenu groupId={groupId} row={row} /> },
];

const readColumn = (readers: Readers): Column<Row> => ({
  id: 'read',
  title: texts.read,
  width: '6rem',
  isMinor: true,
  cell: ({ user_id }) => <ReadMark readers={readers} userId={user_id} />,
});

const applicantColumns = (groupId: string): readonly Column<Row>[] => [
  {
    id: 'user',
    title: texts.user,
    width: 'minmax(0, 1fr)',
    cell: ({ user_id }) => <UserLink id={user_id} />,
  },
  {
    id: 'note',
    title: texts.note,
    width: 'minmax(0, 1.4fr)',
    isMinor: true,
    cell: ({ note }) => <bdi title={note}>{note}</bdi>,
  },
  {
    id: 'joined',
    title: texts.joined,
    width: '11rem',
    isMinor: true,
    cell: ({ joined_at }) => <Time at={joined_at} />,
  },
  {
    id: 'acts',
    title: '',
    width: '9rem',
    cell: (row) => (
      <span className="row-acts">
        <ActButton name="accept_member" known={known(groupId, row)} isSmall />
        <ActButton name="reject_member" known={known(groupId, row)} isSmall />
      </span>
    ),
  },
];

function MemberMenu({ groupId, row }: { readonly groupId: string; readonly row: Row }) {
  const { user_id, status } = row;
  const names = actsFor(status === 'pending' ? 'applicant' : 'member').filter(
    (name) =>
      !(name === 'unmute_member' && status !== 'muted') && !(name === 'demote_member' && !hasRole(row)),
  );
  return (
    <ActMenu
      label={strings.acts.of(user_id)}
      names={names}
      known={known(groupId, row)}
      extra={[
        {
          id: 'why',
          text: texts.why,
          onAction: () =>
            go(`/explain?${new URLSearchParams({ group: groupId, user: user_id, action: 'send' })}`),
        },
      ]}
      onDone={(asked, answer) => applied(groupId, asked, answer)}
    />
  );
}

const hasRole = ({ roles }: Row) => roles.some((role) => role !== 'member');

const isStatus = (value: unknown): value is MemberStatus => statuses.some((status) => status === value);

const removing = new Set(['kick_member', 'ban_member', 'leave_group', 'reject_member']);

/** Brings a row of a list of many pages, which is not read again, to what the answer says. */
function applied(groupId: string, { name, known: { user_id } }: AskedAct, answer: unknown): void {
  const { path } = callOf('list_members', { group_id: groupId });
  const result = typeof answer === 'object' && answer !== null ? answer : {};
  changeRows<Row>(path, 'members', (row) => {
    if (row.user_id !== user_id) return row;
    if (removing.has(name)) return null;
    const status: unknown = Reflect.get(result, 'status');
    const roles: unknown = Reflect.get(result, 'roles');
    return {
      ...row,
      ...(isStatus(status) ? { status } : {}),
      ...(Array.isArray(roles) && name !== 'transfer_group' ? { roles } : {}),
    };
  });
}
