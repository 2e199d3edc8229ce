/** The acting user of `join`, `send` and `tail`, and its connection: by a token, or by a name for which this machine may sign one. */
import { type Client, type ClientOptions, createClient, type LossReason, type Status } from '@plenum/client';
import { type ErrorCode, errors, userIdSchema } from '@plenum/protocol';
import type { ClientConfig } from '../config/client-config.ts';
import { clientConfigOrNull } from './read-configuration.ts';
import { refusalOf } from './refuse.ts';
import { nodeUrlOf, tokenFor } from './user-token.ts';

export interface ActingOptions {
  readonly as?: string;
  readonly token?: string;
  /** An origin. */
  readonly url?: string;
}

/** A connection outlives its token: another one is signed, or asked for, before it ends. */
const tokenHours = 1;

/**
 * What a client of this user needs; null after every problem of the configuration was said.
 * @throws Error with one sentence if no user is named, or there is no token for it
 */
export async function actingUser(options: ActingOptions): Promise<ClientOptions | null> {
  const config = await clientConfigOrNull([
    ...(options.url === undefined ? (['place'] as const) : []),
    ...(options.token === undefined ? (['token'] as const) : []),
  ]);
  if (config === null) return null;
  const url = options.url ?? nodeUrlOf(config);
  const token = options.token ?? tokensFor(config, options.as, url);
  // A client keeps trying where there is no node, so an obstacle is reported first.
  if (typeof token === 'function') await token();
  return { url, token, event: config.event, subscribe: 'none' };
}

function tokensFor(config: ClientConfig, name: string | undefined, url: string): () => Promise<string> {
  if (name === undefined) throw new Error('Say who acts: --as <user id> or --token <token>');
  const user = userIdSchema.safeParse(name);
  if (!user.success) throw new Error(user.error.issues[0]?.message ?? 'not a user id');
  return () => tokenFor(config, { userId: user.data, hours: tokenHours, url });
}

/**
 * Connects, lets `act` do its work, and closes the connection.
 * @throws Error with one sentence when the first attempt to connect fails; a connection that is lost later comes back by itself
 */
export async function withClient<R>(options: ClientOptions, act: (client: Client) => Promise<R>): Promise<R> {
  const client = createClient(options);
  try {
    const gaveUp = new Promise<false>((resolve) => {
      client.on('status', ({ state }) => state === 'waiting' && resolve(false));
    });
    if (!(await Promise.race([client.connect(), gaveUp])))
      throw new Error(whyNot(client.status, options.url));
    return await act(client);
  } finally {
    client.close();
  }
}

const isErrorCode = (reason: LossReason | 'application'): reason is ErrorCode =>
  Object.hasOwn(errors, reason);

/** Why there is no connection to `url`, as one sentence. */
export function whyNot(status: Status, url: string): string {
  const reason = 'reason' in status ? status.reason : 'network';
  return isErrorCode(reason) ? refusalOf(reason) : `No node of Plenum can be reached at ${url} (${reason})`;
}
