/** One user: its devices, its groups with what it is in each, and the acts for all of it. */
import type { RequestResult } from '@plenum/protocol';
import { useEffect, useMemo } from 'react';
import { ActButton, ActMenu } from '../acts/act-menu.tsx';
import { actsFor } from '../acts/act-table.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { GroupLink, Roles, StatusMark } from '../parts/marks.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { FailureNote } from '../parts/states.tsx';
import { callOf } from '../rest/call.ts';
import { refreshAfterAct, usePages, useRead } from '../rest/queries.ts';
import { Link } from '../router/link.tsx';
import type { PageProps } from '../router/page.ts';
import { strings } from '../strings.ts';
import { Devices, useIsOnline } from './devices.tsx';
import { ExportButton } from './export-button.tsx';

type Page = RequestResult<'list_groups'>;
type Row = Page['groups'][number];

const texts = strings.users;
const pageRows = 200;
const erasureEveryMs = 5000;

export function UserPage({ params }: PageProps) {
  const userId = params['user_id'] ?? '';
  const read = usePages<Page>(callOf('list_groups', { user_id: userId, limit: pageRows }));
  const rows = useMemo(() => read.pages.flatMap(({ groups }) => groups), [read.pages]);
  const columns = useMemo(() => columnsOf(userId), [userId]);
  return (
    <>
      <PageHead title={userId} isId facts={<Facts userId={userId} />}>
        <ExportButton userId={userId} />
        {actsFor('user')
          .filter((name) => name !== 'disconnect_user')
          .map((name) => (
            <ActButton key={name} name={name} known={{ user_id: userId }} />
          ))}
      </PageHead>
      <Devices userId={userId} />
      <div className="list-line">
        <h2>{texts.groups}</h2>
      </div>
      {read.error === null ? (
        <DataTable
          label={texts.groups}
          columns={columns}
          rows={rows}
          keyOf={({ group_id }) => group_id}
          isLoading={read.isLoading}
          more={read.more}
          empty={texts.notKnown}
        />
      ) : (
        <FailureNote error={read.error} onAgain={read.again} />
      )}
    </>
  );
}

function Facts({ userId }: { readonly userId: string }) {
  return (
    <>
      {useIsOnline(userId) ? <span className="is-good">{strings.devices.online}</span> : null}
      <Erasure userId={userId} />
    </>
  );
}

function Erasure({ userId }: { readonly userId: string }) {
  const { data } = useRead('get_erasure', { user_id: userId }, { everyMs: erasureEveryMs });
  const progress = data === undefined || data.status === 'none' ? null : `${data.status} ${data.groups_left}`;
  useEffect(() => {
    // The groups that it has left are in the list below.
    if (progress !== null) refreshAfterAct();
  }, [progress]);
  if (data === undefined || data.status === 'none') return null;
  return (
    <span className="is-warning">
      {texts.erasure[data.status](data.groups_left)}
      {data.messages_done === undefined ? '' : ` ${texts.erasure.messages(data.messages_done)}`}
    </span>
  );
}

const columnsOf = (userId: string): readonly Column<Row>[] => [
  {
    id: 'group',
    title: texts.group,
    width: 'minmax(0, 1fr)',
    cell: ({ group_id }) => <GroupLink id={group_id} />,
  },
  {
    id: 'type',
    title: strings.groups.type,
    width: '7rem',
    isMinor: true,
    cell: ({ group_type }) => group_type,
  },
  {
    id: 'status',
    title: strings.members.status,
    width: '5rem',
    cell: ({ status }) => <StatusMark status={status} />,
  },
  {
    id: 'roles',
    title: strings.members.roles,
    width: '6.5rem',
    isMinor: true,
    cell: ({ roles }) => <Roles roles={roles} />,
  },
  {
    id: 'unread',
    title: texts.unread,
    width: '4rem',
    isMinor: true,
    isNumber: true,
    cell: ({ unread }) => unread ?? 0,
  },
  {
    id: 'why',
    title: '',
    width: '4rem',
    cell: ({ group_id }) => (
      <Link
        className="button is-small"
        title={strings.members.why}
        to={`/explain?${new URLSearchParams({ group: group_id, user: userId, action: 'send' })}`}
      >
        {texts.why}
      </Link>
    ),
  },
  {
    id: 'acts',
    title: '',
    width: '2rem',
    cell: ({ group_id, status }) =>
      status === 'invited' ? (
        <ActMenu
          label={strings.acts.of(group_id)}
          names={['revoke_invite', 'join_group']}
          known={{ group_id, user_id: userId }}
        />
      ) : (
        <ActMenu
          label={strings.acts.of(group_id)}
          names={actsFor(status === 'pending' ? 'applicant' : 'member')}
          known={{ group_id, user_id: userId }}
        />
      ),
  },
];
