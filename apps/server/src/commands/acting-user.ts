/**
 * Connects as the acting user of `join`, `send` and `tail`: with a given token, or with a user id for which this machine can
 * sign a token.
 */
import { type Client, type ClientOptions, createClient, type LossReason, type Status } from '@plenum/client';
import { type ErrorCode, errors, userIdSchema } from '@plenum/protocol';
import type { ClientConfig } from '../config/client-config.ts';
import { lookWhyUnreachable } from '../unreachable.ts';
import { clientConfigOrNull } from './read-configuration.ts';
import { refusalOf } from './refuse.ts';
import { nodeUrlOf, tokenFor } from './user-token.ts';

export interface ActingOptions {
  readonly as?: string;
  readonly token?: string;
  /** The origin of a node or a load balancer. */
  readonly url?: string;
}

/** Life of a token, hours. A connection may last longer: it gets another token before this one ends. */
const tokenHours = 1;

/**
 * @returns the options for a client of this user; null if the configuration has problems, which were printed
 * @throws Error with one sentence if no user is named, or if there is no token for it
 */
export async function actingUser(options: ActingOptions): Promise<ClientOptions | null> {
  const config = await clientConfigOrNull([
    ...(options.url === undefined ? (['place'] as const) : []),
    ...(options.token === undefined ? (['token'] as const) : []),
  ]);
  if (config === null) return null;
  const url = options.url ?? nodeUrlOf(config);
  const token = options.token ?? tokensFor(config, options.as, url);
  // Gets a first token now, to report a problem: a client would retry for ever if there is no node.
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
 * @throws Error with one sentence if the first attempt to connect fails. A connection that is lost later reconnects by itself
 */
export async function withClient<R>(options: ClientOptions, act: (client: Client) => Promise<R>): Promise<R> {
  const client = createClient(options);
  try {
    const gaveUp = new Promise<false>((resolve) => {
      client.on('status', ({ state }) => state === 'waiting' && resolve(false));
    });
    if (!(await Promise.race([client.connect(), gaveUp])))
      throw new Error(await whyNoConnection(client.status, options.url));
    return await act(client);
  } finally {
    client.close();
  }
}

const isErrorCode = (reason: LossReason | 'application'): reason is ErrorCode =>
  Object.hasOwn(errors, reason);

/** As {@link whyNot}, with the cause that the client does not know: a browser would not show it either. */
async function whyNoConnection(status: Status, url: string): Promise<string> {
  const isNetwork = 'reason' in status && status.reason === 'network';
  const cause = isNetwork ? await lookWhyUnreachable(url) : null;
  return cause === null ? whyNot(status, url) : `No node of Plenum can be reached at ${url} (${cause})`;
}

/** @returns one sentence that says why there is no connection to `url` */
export function whyNot(status: Status, url: string): string {
  const reason = 'reason' in status ? status.reason : 'network';
  return isErrorCode(reason) ? refusalOf(reason) : `No node of Plenum can be reached at ${url} (${reason})`;
}
