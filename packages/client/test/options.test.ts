import { expect, test } from 'vitest';
import { type ClientOptions, withDefaults } from '../src/client-options.ts';
import { createClient } from '../src/index.ts';
import { connected } from './connected-client.ts';

const url = 'http://127.0.0.1:1';
const absent = withDefaults({ url });
const names = [...Object.keys(absent), 'token', 'service', 'openLink'].filter((name) => name !== 'url');

/** Options as a page in JavaScript may give them. */
const untyped = (given: Record<string, unknown>): ClientOptions => Object.assign({ url }, given);

test.each(names.flatMap((name) => [undefined, null].map((value) => [name, value] as const)))(
  'the option %s has its default if it is %s',
  (name, value) => {
    expect(withDefaults(untyped({ [name]: value }))).toStrictEqual(absent);
  },
);

test('a client whose options are all undefined connects in the usual way', async () => {
  const client = createClient(untyped(Object.fromEntries(names.map((name) => [name, undefined]))));
  const states: string[] = [];
  const isWaiting = new Promise<void>((resolve) => {
    client.on('status', ({ state }) => {
      states.push(state);
      if (state === 'waiting') resolve();
    });
  });
  const connecting = client.connect();
  await isWaiting;
  client.close();
  expect(await connecting).toBe(false);
  expect(states).toEqual(['connecting', 'waiting', 'closed']);
});

test.each<[string, Record<string, unknown>]>([
  ['null', { token: null }],
  ['undefined', { token: undefined }],
  ['a function that returns null', { token: async () => null }],
])('a token that is %s is not sent, so that a cookie can say who the user is', async (_, given) => {
  const { network } = await connected(untyped(given));
  expect(JSON.parse(JSON.stringify(network.last.credentials))).toEqual({ subscribe: 'auto', positions: [] });
});
