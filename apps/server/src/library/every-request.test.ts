/** The library has a function for every request of the protocol. */
import { type RequestType, requestTable } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { deadLettersApi } from './dead-letters-api.ts';
import { type GroupsApiDeps, groupsApi } from './groups-api.ts';
import { messagesApi } from './messages-api.ts';
import { sendMessage } from './send.ts';
import { usersApi } from './users-api.ts';

/** `send_message` is another name; the others concern a connection, and are `subscribe` and `signToken` here. */
const elsewhere: readonly RequestType[] = ['send_message', 'subscribe', 'unsubscribe', 'refresh_token'];

test('every request of the protocol is a call of the library', () => {
  const called = new Set<string>();
  const operations = new Proxy({} as GroupsApiDeps['operations'], {
    get: (_, name) => {
      called.add(String(name));
      return () => Promise.reject(new Error('not called'));
    },
  });
  const deps: GroupsApiDeps = {
    call: () => () => Promise.reject(new Error('not called')),
    // A function reads only the operation of its own request.
    operations,
    table: requestTable(),
  };
  // Each function is made from one operation; `callsOf` reads that operation when it makes the function.
  for (const make of [groupsApi, messagesApi, usersApi, deadLettersApi, sendMessage]) make(deps);
  const expected = Object.keys(requestTable()).filter((type) => !elsewhere.some((other) => other === type));
  expect([...called].sort()).toEqual(expected.sort());
});
