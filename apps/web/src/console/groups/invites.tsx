/** The open invites of a group: of users, and links. */
import type { RequestResult } from '@plenum/protocol';
import { type ReactNode, useMemo } from 'react';
import { ActButton } from '../acts/act-menu.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Actor, Id, Time, UserLink } from '../parts/marks.tsx';
import { FailureNote } from '../parts/states.tsx';
import { callOf } from '../rest/call.ts';
import { usePages } from '../rest/queries.ts';
import { strings } from '../strings.ts';
import type { PartProps } from './part.ts';

type InvitesPage = RequestResult<'list_invites'>;
type LinksPage = RequestResult<'list_invite_links'>;
type Invite = InvitesPage['invites'][number];
type InviteLink = LinksPage['links'][number];

const texts = strings.invites;
const pageRows = 200;

const inviteColumns = (groupId: string): readonly Column<Invite>[] => [
  {
    id: 'user',
    title: strings.members.user,
    width: 'minmax(0, 1fr)',
    cell: ({ user_id }) => <UserLink id={user_id} />,
  },
  {
    id: 'by',
    title: strings.bans.by,
    width: '8rem',
    isMinor: true,
    cell: ({ invited_by }) => <Actor id={invited_by} />,
  },
  {
    id: 'until',
    title: strings.bans.until,
    width: '11rem',
    isMinor: true,
    cell: ({ invited_until }) => (invited_until === null ? strings.bans.noEnd : <Time at={invited_until} />),
  },
  {
    id: 'acts',
    title: '',
    width: '5rem',
    cell: ({ user_id }) => <ActButton name="revoke_invite" known={{ group_id: groupId, user_id }} isSmall />,
  },
];

const linkColumns = (groupId: string): readonly Column<InviteLink>[] => [
  { id: 'link', title: texts.link, width: 'minmax(0, 1fr)', cell: ({ link_id }) => <Id id={link_id} /> },
  {
    id: 'uses',
    title: texts.uses,
    width: '6rem',
    cell: ({ uses, max_uses }) => texts.usesText(uses, max_uses),
  },
  {
    id: 'by',
    title: strings.bans.by,
    width: '8rem',
    isMinor: true,
    cell: ({ created_by }) => <Actor id={created_by} />,
  },
  {
    id: 'until',
    title: strings.bans.until,
    width: '11rem',
    isMinor: true,
    cell: ({ expires_at }) => (expires_at === undefined ? strings.bans.noEnd : <Time at={expires_at} />),
  },
  {
    id: 'acts',
    title: '',
    width: '5rem',
    cell: ({ link_id }) => (
      <ActButton name="revoke_invite_link" known={{ group_id: groupId, link_id }} isSmall />
    ),
  },
];

export function Invites({ groupId }: PartProps) {
  const invites = usePages<InvitesPage>(callOf('list_invites', { group_id: groupId, limit: pageRows }));
  const links = usePages<LinksPage>(callOf('list_invite_links', { group_id: groupId, limit: pageRows }));
  const users = useMemo(() => invites.pages.flatMap((page) => page.invites), [invites.pages]);
  const found = useMemo(() => links.pages.flatMap((page) => page.links), [links.pages]);
  return (
    <>
      <PartHead title={texts.users}>
        <ActButton name="invite_member" known={{ group_id: groupId }} />
      </PartHead>
      {invites.error === null ? (
        <DataTable
          label={texts.users}
          columns={inviteColumns(groupId)}
          rows={users}
          keyOf={({ user_id }) => user_id}
          isLoading={invites.isLoading}
          more={invites.more}
          empty={texts.noUsers}
        />
      ) : (
        <FailureNote error={invites.error} onAgain={invites.again} />
      )}
      <PartHead title={texts.links}>
        <ActButton name="create_invite_link" known={{ group_id: groupId }} />
      </PartHead>
      {links.error === null ? (
        <DataTable
          label={texts.links}
          columns={linkColumns(groupId)}
          rows={found}
          keyOf={({ link_id }) => link_id}
          isLoading={links.isLoading}
          more={links.more}
          empty={texts.noLinks}
        />
      ) : (
        <FailureNote error={links.error} onAgain={links.again} />
      )}
    </>
  );
}

const PartHead = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className="list-line">
    <h2>{title}</h2>
    {children}
  </div>
);
