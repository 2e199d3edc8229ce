/** The row of a member, and of an applicant, with the acts that the person's role allows. */
import { type ListedMember, usePlenum } from '@plenum/react';
import { strings } from '../strings.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import type { OfGroup } from './members-part.tsx';
import { MenuButton } from './menu-button.tsx';

const { members: words } = strings;
const minuteMs = 60_000;

export function Applicant({
  groupId,
  act,
  member,
  mayAccept,
}: OfGroup & { readonly member: ListedMember; readonly mayAccept: boolean }) {
  const { client } = usePlenum();
  const { user_id, note } = member;
  const target = { group_id: groupId, user_id };
  return (
    <li className="member applicant">
      <Avatar userId={user_id} />
      <span className="member-name is-wide">
        <bdi>{user_id}</bdi>
        {note === undefined ? null : (
          <span className="hint" dir="auto">
            {note}
          </span>
        )}
      </span>
      {mayAccept ? (
        <>
          <button
            type="button"
            className="button is-main is-small"
            aria-label={words.acceptNamed(user_id)}
            onClick={() => void act(client.request('accept_member', target))}
          >
            {words.accept}
          </button>
          <button
            type="button"
            className="button is-small"
            aria-label={words.rejectNamed(user_id)}
            onClick={() => void act(client.request('reject_member', target))}
          >
            {words.reject}
          </button>
        </>
      ) : null}
    </li>
  );
}

export interface Rights {
  readonly isAdmin: boolean;
  readonly isModerator: boolean;
  readonly isStrict: boolean;
}

interface MemberProps extends OfGroup {
  readonly member: ListedMember;
  /** Undefined: not known, as in a large group. */
  readonly isOnline: boolean | undefined;
  readonly rights: Rights;
}

export function Member({ groupId, act, member, isOnline, rights }: MemberProps) {
  const { client, userId } = usePlenum();
  const { user_id, roles, status } = member;
  const isSelf = user_id === userId;
  const isPlain = !roles.includes('admin') && !roles.includes('moderator');
  const { isAdmin, isStrict } = rights;
  const mayModerate = rights.isModerator && !isSelf && (isAdmin || isPlain);
  const target = { group_id: groupId, user_id };
  const actions = [
    mayModerate &&
      isStrict &&
      (status === 'muted'
        ? {
            id: 'unmute',
            text: words.unmute,
            onAction: () => void act(client.request('unmute_member', target)),
          }
        : { id: 'mute', text: words.mute, onAction: () => void act(client.request('mute_member', target)) }),
    mayModerate &&
      isStrict &&
      status !== 'muted' && {
        id: 'mute-minute',
        text: words.muteMinute,
        onAction: () => void act(client.request('mute_member', { ...target, for_ms: minuteMs })),
      },
    isAdmin &&
      !isSelf &&
      isPlain && {
        id: 'moderator',
        text: words.makeModerator,
        onAction: () => void act(client.request('promote_member', { ...target, role: 'moderator' })),
      },
    isAdmin &&
      !isSelf &&
      !roles.includes('admin') && {
        id: 'admin',
        text: words.makeAdmin,
        onAction: () => void act(client.request('promote_member', { ...target, role: 'admin' })),
      },
    isAdmin &&
      !isPlain && {
        id: 'member',
        text: words.makeMember,
        onAction: () => void act(client.request('demote_member', target)),
      },
    isAdmin &&
      !isSelf && {
        id: 'transfer',
        text: words.transfer,
        onAction: () => void act(client.request('transfer_group', target)),
      },
    mayModerate && {
      ...{ id: 'kick', text: words.kick, isDestructive: true },
      onAction: () => void act(client.request('kick_member', target)),
    },
    isAdmin &&
      !isSelf && {
        ...{ id: 'ban', text: words.ban, isDestructive: true },
        onAction: () => void act(client.request('ban_member', target)),
      },
  ];
  return (
    <div className="member">
      <Avatar userId={user_id} isOnline={isOnline} />
      <span className="member-name">
        <bdi title={user_id}>{user_id}</bdi>
        {isOnline === undefined ? null : (
          <span className="unseen">{isOnline ? words.online : words.away}</span>
        )}
      </span>
      {isSelf ? <span className="tag">{words.you}</span> : null}
      {roles.includes('admin') ? <span className="tag is-role">{words.admin}</span> : null}
      {roles.includes('moderator') ? <span className="tag is-role">{words.moderator}</span> : null}
      {status === 'muted' ? <span className="tag is-muted">{words.muted}</span> : null}
      {actions.some((action) => action !== false) ? (
        <MenuButton label={words.menu(user_id)} actions={actions}>
          <Icon name="more" />
        </MenuButton>
      ) : null}
    </div>
  );
}
