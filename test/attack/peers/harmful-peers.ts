/** All peers that do harm, by name, each with what it counts. */
import type { Peer } from '../peer.ts';
import { endlessFragments } from './endless-fragments.ts';
import { idleSockets } from './idle-sockets.ts';
import { leftNamespace } from './left-namespace.ts';
import { ownGroupFloods } from './own-group-floods.ts';
import { refusedConnects } from './refused-connects.ts';
import { resetConnections } from './reset-connections.ts';
import { unreadAnswers } from './unread-answers.ts';
import { unreadPages } from './unread-pages.ts';
import { unreadPings } from './unread-pings.ts';

export type Counts = Readonly<Record<string, number>>;

const counted =
  (what: string, peer: Peer<number>): Peer<Counts> =>
  async (target) => ({ [what]: await peer(target) });

/** Each has its turns. */
export const peersInTurns = {
  resets: counted('connections', resetConnections),
  pings: counted('bytes', unreadPings),
  fragments: counted('closed', endlessFragments),
  answers: counted('requests', unreadAnswers),
  pages: counted('pages', unreadPages),
  idle: counted('sockets', idleSockets),
  connects: counted('ended', refusedConnects),
  leaving: async (target) => ({ ...(await leftNamespace(target)) }),
} as const satisfies Readonly<Record<string, Peer<Counts>>>;
export type PeerName = keyof typeof peersInTurns | 'floods';

/** Counts are reported as `bans.done`, refusals as `bans.rate_limited`. */
const floods: Peer<Counts> = async (target) =>
  Object.fromEntries(
    Object.entries(await ownGroupFloods(target)).flatMap(([kind, { asked, done, refused }]) =>
      Object.entries({ asked, done, ...refused }).map(([what, count]) => [`${kind}.${what}`, count]),
    ),
  );

export const harmfulPeers: Readonly<Record<string, Peer<Counts>>> = { ...peersInTurns, floods };
