/** The bans of a group that are in force. */
import type { RequestResult } from '@plenum/protocol';
import { useMemo } from 'react';
import { ActButton } from '../acts/act-menu.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Actor, Time, UserLink } from '../parts/marks.tsx';
import { FailureNote } from '../parts/states.tsx';
import { callOf } from '../rest/call.ts';
import { usePages } from '../rest/queries.ts';
import { strings } from '../strings.ts';
import type { PartProps } from './part.ts';

type Page = RequestResult<'list_bans'>;
type Row = Page['bans'][number];

const texts = strings.bans;
const pageRows = 200;

const columns = (groupId: string): readonly Column<Row>[] => [
  {
    id: 'user',
    title: strings.members.user,
    width: 'minmax(0, 1fr)',
    cell: ({ user_id }) => <UserLink id={user_id} />,
  },
  {
    id: 'until',
    title: texts.until,
    width: '11rem',
    isMinor: true,
    cell: ({ banned_until }) => (banned_until === null ? texts.noEnd : <Time at={banned_until} />),
  },
  {
    id: 'since',
    title: texts.since,
    width: '11rem',
    isMinor: true,
    cell: ({ since }) => <Time at={since} />,
  },
  {
    id: 'by',
    title: texts.by,
    width: '7rem',
    isMinor: true,
    cell: ({ banned_by }) => (banned_by === undefined ? '–' : <Actor id={banned_by} />),
  },
  {
    id: 'reason',
    title: texts.reason,
    width: 'minmax(0, 1fr)',
    cell: ({ reason }) => <bdi title={reason}>{reason}</bdi>,
  },
  {
    id: 'acts',
    title: '',
    width: '5rem',
    cell: ({ user_id }) => <ActButton name="unban_member" known={{ group_id: groupId, user_id }} isSmall />,
  },
];

export function Bans({ groupId }: PartProps) {
  const read = usePages<Page>(callOf('list_bans', { group_id: groupId, limit: pageRows }));
  const rows = useMemo(() => read.pages.flatMap(({ bans }) => bans), [read.pages]);
  if (read.error !== null) return <FailureNote error={read.error} onAgain={read.again} />;
  return (
    <DataTable
      label={texts.label}
      columns={columns(groupId)}
      rows={rows}
      keyOf={({ user_id }) => user_id}
      isLoading={read.isLoading}
      more={read.more}
      empty={texts.none}
    />
  );
}
