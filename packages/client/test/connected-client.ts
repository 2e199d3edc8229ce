/** A client over a fake network, clock and chance. */
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

/** The link is lost and another one opened. */
export async function reconnect({ network, clock }: SetUp): Promise<void> {
  network.last.listeners.lost();
  await clock.advance(10_000);
  network.last.listeners.opened();
  await rest();
}
