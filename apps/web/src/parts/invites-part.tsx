/** Open invites, invite links and bans of a group. Each list is read when it is opened, and again with every event of the group. */
import type { RequestResult } from '@plenum/client';
import { usePlenum } from '@plenum/react';
import { useCallback, useEffect, useState } from 'react';
import { inviteAddress } from '../session/address.ts';
import { strings } from '../strings.ts';
import { Avatar } from './avatar.tsx';
import { CopyButton } from './copy-button.tsx';
import { type OfGroup, Part } from './members-part.tsx';

const { members: words } = strings;

/** Reads a list again with every event of the group. */
function useList<T>(groupId: string, read: () => Promise<readonly T[]>): readonly T[] {
  const { client } = usePlenum();
  const [list, setList] = useState<readonly T[]>([]);
  useEffect(() => {
    let isOver = false;
    const readNow = () => void read().then((rows) => !isOver && setList(rows));
    readNow();
    const stop = client.on('event', ({ group_id }) => group_id === groupId && readNow());
    return () => {
      isOver = true;
      stop();
    };
  }, [client, groupId, read]);
  return list;
}

type Ban = RequestResult<'list_bans'>['bans'][number];
type Invite = RequestResult<'list_invites'>['invites'][number];
type InviteLink = RequestResult<'list_invite_links'>['links'][number];

export function Bans({ groupId, act }: OfGroup) {
  const { client } = usePlenum();
  const read = useCallback(async (): Promise<readonly Ban[]> => {
    const page = await client.request('list_bans', { group_id: groupId });
    return page.ok ? page.result.bans : [];
  }, [client, groupId]);
  const bans = useList(groupId, read);
  if (bans.length === 0) return null;
  return (
    <Part title={words.banned} count={bans.length}>
      {bans.map(({ user_id, reason }) => (
        <li key={user_id} className="member">
          <Avatar userId={user_id} />
          <span className="member-name">
            <bdi>{user_id}</bdi>
            {reason === undefined ? null : <span className="hint">{reason}</span>}
          </span>
          <button
            type="button"
            className="button is-small"
            aria-label={words.unbanNamed(user_id)}
            onClick={() => void act(client.request('unban_member', { group_id: groupId, user_id }))}
          >
            {words.unban}
          </button>
        </li>
      ))}
    </Part>
  );
}

export function Invites({ groupId, act }: OfGroup) {
  const { client } = usePlenum();
  const readInvites = useCallback(async (): Promise<readonly Invite[]> => {
    const page = await client.request('list_invites', { group_id: groupId });
    return page.ok ? page.result.invites : [];
  }, [client, groupId]);
  const readLinks = useCallback(async (): Promise<readonly InviteLink[]> => {
    const page = await client.request('list_invite_links', { group_id: groupId });
    return page.ok ? page.result.links : [];
  }, [client, groupId]);
  const invites = useList(groupId, readInvites);
  const links = useList(groupId, readLinks);
  const [code, setCode] = useState<string | null>(null);
  const makeLink = async () => {
    const made = client.request('create_invite_link', { group_id: groupId });
    await act(made);
    const link = await made;
    if (link.ok) setCode(link.result.code);
  };
  const invite = (form: HTMLFormElement) => {
    const user = String(new FormData(form).get('user') ?? '').trim();
    form.reset();
    if (user !== '') void act(client.invite(groupId, user));
  };
  return (
    <Part title={words.invites}>
      {invites.map(({ user_id }) => (
        <li key={user_id} className="member">
          <Avatar userId={user_id} />
          <bdi className="member-name">{user_id}</bdi>
          <button
            type="button"
            className="button is-small"
            aria-label={words.revokeNamed(user_id)}
            onClick={() => void act(client.revokeInvite(groupId, user_id))}
          >
            {words.revoke}
          </button>
        </li>
      ))}
      {links.map(({ link_id, uses, max_uses }) => (
        <li key={link_id} className="member">
          <span className="member-name">
            <span className="mono">{link_id.slice(0, 8)}</span>
            <span className="hint">{words.uses(uses, max_uses)}</span>
          </span>
          <button
            type="button"
            className="button is-small"
            aria-label={words.revokeNamed(link_id)}
            onClick={() => void act(client.request('revoke_invite_link', { group_id: groupId, link_id }))}
          >
            {words.revoke}
          </button>
        </li>
      ))}
      <li>
        <form
          className="invite"
          onSubmit={(event) => {
            event.preventDefault();
            invite(event.currentTarget);
          }}
        >
          <input
            name="user"
            aria-label={words.inviteUser}
            placeholder={words.inviteUser}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
          />
          <button type="submit" className="button is-small">
            {words.invite}
          </button>
        </form>
      </li>
      <li>
        <button type="button" className="link" onClick={() => void makeLink()}>
          {words.makeLink}
        </button>
        {code === null ? null : (
          <div className="made-link">
            <p className="hint">{words.linkOnce}</p>
            <p className="address mono">{inviteAddress(code)}</p>
            <CopyButton text={words.copy} value={() => inviteAddress(code)} />
          </div>
        )}
      </li>
    </Part>
  );
}
