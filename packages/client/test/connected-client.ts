/** A client over a fake network, with a manual clock and fixed randomness. */
import { expect } from 'vitest';
import { type ClientOptions, createClient, type Status } from '../src/index.ts';
import { FakeClock, FakeNetwork, fakeRandom, rest } from './fake-network.ts';

export function setUp(options: Partial<ClientOptions> = {}) {
  const network = new FakeNetwork();
  const clock = new FakeClock();
  let tokens = 0;
  const client = createClient({
    url: 'http://localhost',
    token: async () => {
      tokens += 1;
      return `token-${tokens}`;
    },
    clock,
    random: fakeRandom(),
    openLink: network.open,
    ...options,
  });
  const statuses: Status[] = [];
  client.on('status', (status) => statuses.push(status));
  return { network, clock, client, statuses };
}
export type SetUp = ReturnType<typeof setUp>;

export async function connected(options: Partial<ClientOptions> = {}): Promise<SetUp> {
  const world = setUp(options);
  const connecting = world.client.connect();
  await rest();
  world.network.last.listeners.opened();
  expect(await connecting).toBe(true);
  return world;
}

/** Loses the link and opens another one. */
export async function reconnect({ network, clock }: SetUp): Promise<void> {
  network.last.listeners.lost();
  await clock.advance(10_000);
  network.last.listeners.opened();
  await rest();
}
