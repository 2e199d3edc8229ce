/**
 * One very large group: created by batches, joined, paged through, moderated, its members notified of a message. No script may
 * grow with the group.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parsed } from '../load/receiver.ts';
import { rssBytesOf } from '../measure/process-usage.ts';
import { type Deployment, deployment } from '../systems/deployment.ts';
import { RawConnection } from '../wire/raw-connection.ts';
import { figure, type Scale, type ScaleOptions, type ScaleResult } from './scale.ts';

const batch = 1000;
const pageSize = 200;
const notifiedWithinMs = 600_000;
/** The number of members is pushed once in this time at most. */
const countsEveryMs = 2000;
const MiB = 2 ** 20;
const group = '/v1/groups/crowd';

async function run({ count, onProgress }: ScaleOptions): Promise<ScaleResult> {
  await using notified = await notifiedUsers();
  await using place = await deployment({
    PLENUM_NOTIFIER_URL: notified.url,
    PLENUM_WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
    PLENUM_WEBHOOK_ALLOW: '127.0.0.1',
  });
  const { ask, timed } = place;
  await ask('POST', '/v1/groups', {
    ...{ group_id: 'crowd', group_type: 'strict_private', creator_id: 'ann', membership_events: 'counts' },
  });
  const userId = (i: number) => `user-${String(i).padStart(8, '0')}`;
  const ann = await watcher(place);
  const added = await timed(async () => {
    for (let at = 0; at < count; at += batch) {
      if (at % 100_000 === 0 && at > 0) onProgress(`  ${at} members …`);
      const size = Math.min(batch, count - at);
      const add = Array.from({ length: size }, (_, i) => ({ user_id: userId(at + i) }));
      await ask('POST', `${group}/members:batch`, { add });
    }
  });
  const joined = await timed(async () => {
    await ask('PUT', `${group}/members/bob`, {});
    await ask('POST', `${group}/members/bob/accept`, { actor_id: 'ann' });
  });
  onProgress('  paging …');
  let listed = 0;
  const paged = await timed(async () => {
    listed = await countPages(place);
  });
  const muted = await timed(() => ask('POST', `${group}/members/${userId(0)}/mute`, {}));
  onProgress('  notifying …');
  notified.users.clear();
  let messageId = '';
  const sent = await timed(async () => {
    const answer = await ask('POST', `${group}/messages`, { from_user_id: 'ann', message: 'hello' });
    messageId = answer.message_id ?? '';
  });
  const told = await timed(() => notified.reach(count));
  const takenDown = await timed(() => ask('DELETE', `${group}/messages/${messageId}`));
  const { counts = {} } = await ask('GET', group);
  const counted = (counts['active'] ?? 0) + (counts['muted'] ?? 0);
  const bytes = await largestKeys(place);
  await pause(countsEveryMs);
  ann.close();
  const step = (name: string, { tookMs, longestMs }: { tookMs: number; longestMs: number }) => [
    figure(`${name}: time`, tookMs, 'ms'),
    figure(`${name}: longest command of Redis`, longestMs, 'ms'),
  ];
  return {
    figures: [
      figure('members', count),
      ...step(`added by batches of ${batch}`, added),
      ...step('a request to join and its acceptance', joined),
      ...step(`pages of ${pageSize}`, paged),
      ...step('a mute', muted),
      ...step('a message', sent),
      ...step('all are notified', told),
      ...step('a take-down', takenDown),
      figure('pushes of members_count to a device', ann.pushes()),
      figure('the members hash', bytes.members / MiB, 'MiB'),
      figure('the sorted set of receivers', bytes.receivers / MiB, 'MiB'),
      figure('RSS of the node', (rssBytesOf(place.system.nodes[0]?.pid ?? 0) ?? 0) / MiB, 'MiB'),
    ],
    failures: [
      ...(listed === count + 2 ? [] : [`the pages had ${listed} members instead of ${count + 2}`]),
      ...(counted === count + 2 ? [] : [`the group counts ${counted} members instead of ${count + 2}`]),
      ...(ann.latest() === count + 2 ? [] : [`the last push said ${ann.latest()} members`]),
      ...(notified.users.size >= count ? [] : [`${notified.users.size} of ${count} were notified`]),
    ],
  };
}

/** A device of ann that notes the pushes `members_count`. */
async function watcher({ system }: Deployment) {
  let [pushes, latest] = [0, 0];
  const opened = await RawConnection.connect({
    url: system.urls[0] ?? '',
    auth: { token: await system.token('ann') },
    source: null,
    handler: {
      event: (bytes, start, end) => {
        const [name, payload] = parsed(bytes.toString('utf8', start, end));
        if (name !== 'members_count') return;
        pushes += 1;
        latest = Number(Object(payload)['members_count']);
      },
      ack: () => {},
      closed: () => {},
    },
  });
  return { pushes: () => pushes, latest: () => latest, close: () => opened.destroy() };
}

async function countPages({ ask }: Deployment): Promise<number> {
  let listed = 0;
  let cursor: string | null | undefined;
  do {
    const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor ?? '')}`;
    const page = await ask('GET', `${group}/members?limit=${pageSize}${from}`);
    listed += page.members?.length ?? 0;
    cursor = page.next_cursor;
  } while (typeof cursor === 'string');
  return listed;
}

async function largestKeys({ redis }: Deployment) {
  const of = async (pattern: string) => {
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000);
      const [key] = keys;
      if (key !== undefined) return Number(await redis.memory('USAGE', key));
      cursor = next;
    } while (cursor !== '0');
    return 0;
  };
  return { members: await of('*:members:crowd'), receivers: await of('*:receivers:crowd') };
}

/** The webhook of a notifier that takes everything and remembers the users. */
async function notifiedUsers() {
  const users = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      for (const { user_id } of recipientsIn(body)) users.add(user_id);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    users,
    url: `http://127.0.0.1:${port}/`,
    reach: async (count: number) => {
      const untilMs = performance.now() + notifiedWithinMs;
      while (users.size < count && performance.now() < untilMs) await pause(50);
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const recipientsIn = (body: unknown): readonly { readonly user_id: string }[] =>
  Object(Object(body)['data'])['recipients'] ?? Object(body)['recipients'] ?? [];

export const members: Scale = { title: 'Members of one group', count: 1_000_000, run };
