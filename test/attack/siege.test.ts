/**
 * Every peer that does harm, against one node with a small heap whose archive is away, for ATTACK_MINUTES: the node lives,
 * and nobody else notices. `npm run test:attack` is five minutes of it.
 */
import { setMaxListeners } from 'node:events';
import { eventually, freePort, startRedis } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { AttackedNode, attack } from './attacked-node.ts';
import type { Peer } from './peer.ts';
import { endlessFragments } from './peers/endless-fragments.ts';
import { idleSockets } from './peers/idle-sockets.ts';
import { type Flooded, ownGroupFloods } from './peers/own-group-floods.ts';
import { resetConnections } from './peers/reset-connections.ts';
import { unreadAnswers } from './peers/unread-answers.ts';
import { unreadPages } from './peers/unread-pages.ts';
import { unreadPings } from './peers/unread-pings.ts';

const asked = process.env['ATTACK_MINUTES'] ?? '';
const minutes = Number(asked || '0.5');
/** Each kind gets its turn, and the next one begins. */
const sliceMs = 5000;
/** Of changes by one user in one group, as the node has it by default: a burst, and so many a second. */
const [changeBurst, changesPerSec] = [20, 10];

const peers: Readonly<Record<string, Peer<unknown>>> = {
  resetConnections,
  unreadPings,
  endlessFragments,
  unreadAnswers,
  unreadPages,
  idleSockets,
};

/** The node pays for the harm of one kind after the other while an admin floods its own group all the time. */
const siege: Peer<{ rounds: number; floods: Readonly<Record<string, Flooded>> }> = async (target) => {
  const floods = ownGroupFloods(target);
  let rounds = 0;
  while (!target.signal.aborted) {
    for (const peer of Object.values(peers)) {
      if (target.signal.aborted) break;
      const signal = AbortSignal.any([target.signal, AbortSignal.timeout(sliceMs)]);
      setMaxListeners(0, signal);
      await peer({ ...target, signal }).catch((error: unknown) => {
        // A peer that the node cuts in the middle of its preparations has done what it could.
        if (!(error instanceof Error)) throw error;
      });
    }
    rounds += 1;
  }
  return { rounds, floods: await floods };
};

test(`a node under all attacks at once lives for ${minutes} minutes, and its other clients do not notice`, async () => {
  const redis = await startRedis();
  await using scene = await AttackedNode.start('given', {
    environment: {
      REDIS_URL: redis.url,
      PLENUM_ADMIN_PORT: '0',
      PLENUM_ARCHIVE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`,
      // What the healthy clients send while the archive is away has to find room.
      PLENUM_ROOM_QUEUE_LIMIT: '100000',
      PLENUM_CHANGE_RATE_PER_SEC: String(changesPerSec),
      PLENUM_CHANGE_RATE_BURST: String(changeBurst),
      // One of the attacks begins with 200 messages of its own.
      PLENUM_RATE_PER_SEC: '100',
      PLENUM_RATE_BURST: '400',
    },
  });
  const forMs = minutes * 60_000;
  const startedMs = performance.now();
  const { result, rssPeak } = await attack(scene, siege, { forMs, isTimed: asked !== '' });
  const seconds = (performance.now() - startedMs) / 1000;
  for (const kind of ['bans', 'settings', 'mutes', 'roles', 'over HTTP']) {
    const { asked, done } = result.floods[kind] ?? { asked: 0, done: 0 };
    expect(asked, kind).toBeGreaterThan(changeBurst);
    expect(done, kind).toBeLessThanOrEqual(changeBurst + changesPerSec * seconds + 1);
  }
  expect(result.floods['no text']).toMatchObject({ done: 0 });
  await eventually(() => expect(scene.node.command.lines.length).toBeGreaterThan(0));
  const requests = Object.values(result.floods).reduce((sum, flood) => sum + flood.asked, 0);
  const mb = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  process.stdout.write(
    `siege: ${Math.round(seconds)} s, ${result.rounds} rounds of ${Object.keys(peers).length} attacks, ${requests} requests of floods, memory ${mb(scene.baselineRss)}, at most ${mb(rssPeak)}\n`,
  );
  await redis.stop();
});
