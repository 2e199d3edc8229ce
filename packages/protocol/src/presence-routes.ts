import type { Row } from './rest.ts';

/** Who is there, and how an operator sends somebody away. */
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
    summary: 'Cut the sockets of a user on every node; they may come back. For the service only',
    request: 'disconnect_user',
    actor: 'token',
  },
  {
    method: 'POST',
    path: '/v1/users/:user_id/revoke',
    summary: 'Make every token worthless that the user has so far, and cut his sockets. For the service only',
    request: 'revoke_user',
    actor: 'token',
  },
];
