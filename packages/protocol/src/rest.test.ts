import { expect, test } from 'vitest';
import { failureBody, restFailureSchema } from './errors.ts';
import { requestRoutes } from './rest.ts';

function routeOf(request: string) {
  const route = requestRoutes().find((candidate) => candidate.request === request);
  if (route === undefined) throw new Error(`no route for ${request}`);
  return route;
}

test('query text becomes the numbers and booleans of the arguments', () => {
  expect(routeOf('history').query.parse({ after: '7', limit: '20' })).toEqual({ after: 7, limit: 20 });
  expect(routeOf('get_group_info').query.parse({ include_members: 'true' })).toEqual({
    include_members: true,
  });
});

test('a cursor of digits stays text', () => {
  expect(routeOf('list_members').query.parse({ cursor: '12' })).toMatchObject({ cursor: '12' });
});

test.each([
  { limit: '1e2' },
  { limit: '-1' },
  { limit: '' },
  { limit: ['1', '2'] },
  { limit: '201' },
  { other: '1' },
])('the query %o is refused', (query) => {
  expect(routeOf('list_members').query.safeParse(query).success).toBe(false);
});

test('a parameter of the path is not in the body', () => {
  expect(Object.keys(routeOf('kick_member').body?.shape ?? {})).toEqual(['actor_id', 'reason']);
  expect(routeOf('leave_group').body).toBeNull();
});

test('the wire shape of a failure is the documented one', () => {
  const body = {
    ...failureBody({ code: 'muted', retryAfterMs: 5, details: { limit: 1 } }),
    request_id: 'r1',
  };
  expect(restFailureSchema.parse(body)).toEqual(body);
});
