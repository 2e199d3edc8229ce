import type { Row } from './rest.ts';

/** Who is online, and how an operator cuts a user off. */
export const presenceRows: readonly Row[] = [
  {
    method: 'GET',
    path: '/v1/groups/:group_id/presence',
    summary: 'Who is online in a group',
    request: 'presence',
    actor: 'token',
  },
  {
    method: 'POST',
    path: '/v1/users/:user_id/disconnect',
    summary: 'Cut the sockets of a user on every node; they may come back; for the service only',
    request: 'disconnect_user',
    actor: 'token',
  },
  {
    method: 'POST',
    path: '/v1/users/:user_id/revoke',
    summary: 'Invalidate every token that the user has now and cut its sockets; for the service only',
    request: 'revoke_user',
    actor: 'token',
  },
];
