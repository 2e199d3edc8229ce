import { expect, test } from 'vitest';
import { matched } from './match.ts';

test.each([
  ['/', '/', {}],
  ['/groups', '/groups', {}],
  ['/groups/:group_id/:tab?', '/groups/team', { group_id: 'team' }],
  ['/groups/:group_id/:tab?', '/groups/team/members', { group_id: 'team', tab: 'members' }],
  ['/users/:user_id', '/users/ann%40example.com%7C1', { user_id: 'ann@example.com|1' }],
])('%s takes %s', (pattern, path, params) => {
  expect(matched(pattern, path)).toEqual(params);
});

test.each([
  ['/', '/groups'],
  ['/groups', '/'],
  ['/groups', '/groups/team'],
  ['/users/:user_id', '/users'],
  ['/users/:user_id', '/users/ann/more'],
  ['/users/:user_id', '/groups/ann'],
  ['/users/:user_id', '/users/%E0%A4%A'],
])('%s does not take %s', (pattern, path) => {
  expect(matched(pattern, path)).toBeNull();
});
