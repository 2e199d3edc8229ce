/** A group with a member in each status, and with what its partition holds for it. */
import type { Redis } from 'ioredis';
import type { Keys } from '../../src/keys.ts';
import { keysOf, messageIds, remembered } from './group-keys.ts';
import { groupId, user } from './stage.ts';

/** Status, role, since_seq and end of each member; the mute of `late` is due. */
const people = {
  owner: 'a a 1 1 -',
  second: 'a a 1 2 -',
  member: 'a m 1 3 -',
  muted: 'm m 1 4 9999999999999',
  late: 'm m 1 5 1',
  applicant: 'p m 1 6 -',
  banned: 'b m 1 7 -',
};

/** Sent by `owner`, with a reaction. */
const wireOfMessage =
  `{"request_id":"first","success":true,"result":{"group_id":"${groupId}","from_user_id":"owner","message":"hi",` +
  `"timestamp":"2026-01-01T00:00:00.000Z","message_id":"${'e'.repeat(16)}-6","epoch":"${'e'.repeat(16)}","seq":6}}`;

/** Sent by `owner`, and still written. */
const wireOfOpen =
  `{"request_id":"open","success":true,"result":{"group_id":"${groupId}","from_user_id":"owner","message":"so far","open":true,` +
  `"timestamp":"2026-01-01T00:00:00.000Z","message_id":"${'e'.repeat(16)}-3","epoch":"${'e'.repeat(16)}","seq":3}}`;

/** Replaces whatever Redis holds. */
export async function prepareGroup(redis: Redis, keys: Keys): Promise<void> {
  const all = keysOf(keys, groupId);
  const key = (name: string): string => all[name] ?? '';
  const group = { type: 'strict_private', created: 1, epoch: 'e'.repeat(16), hist: '0', past: '', seq: 7 };
  const counts = { active: 3, pending: 1, muted: 2, admins: 2, next_due: 1, max_members: '' };
  const rest = {
    ephemeral: '0',
    history: 'all',
    metadata: '',
    log_renewal: 1,
    sending: 'm 1000 100 600000',
    changes_due: 1,
    mute_survives_rejoin: '1',
  };
  await redis
    .pipeline()
    .flushall('SYNC')
    .hset(key('group'), { ...group, ...counts, ...rest })
    .hset(key('members'), people)
    .zadd(key('receivers'), 1, 'owner', 2, 'second', 3, 'member', 4, 'muted', 5, 'late')
    .zadd(key('pending'), 6, 'applicant')
    .hset(key('applications'), 'applicant', '"let me in"')
    .hset(key('invites'), 'invited', 'owner -')
    .hset(key('applications'), 'banned ban', 'owner "spam"')
    .zadd(key('bans'), '+inf', 'banned')
    .hset(key('links'), 'link', 'owner 1 - 10 3')
    .zadd(key('mutes'), 1, 'late', 9_999_999_999_999, 'muted')
    .zadd(key('due'), 1, groupId)
    .zadd(key('groups'), 0, groupId)
    .xadd(key('log'), '2-0', 'k', 'e', 'w', '{}', 'n', '0')
    .xadd(key('log'), '3-0', 'k', 'm', 'w', wireOfOpen, 'n', '1')
    .xadd(key('log'), '6-0', 'k', 'm', 'w', wireOfMessage, 'n', '2')
    .xadd(key('log'), '7-0', 'k', 'c', 'w', '{}', 'n', '2', 't', '6')
    .zadd(key('timed'), 1, messageIds[0], 2, messageIds[1])
    .hset(key('present'), '6', `p ${'e'.repeat(16)} owner ${'e'.repeat(16)} 7 0 0\n\n\n\n1\t"x"\t"x"`)
    .zadd(key('changed'), 7, '6')
    .zadd(key('reactors'), 0, `${'0'.repeat(15)}6 00 member`)
    .hset(key('on'), 'second', 'node-1')
    .hset(key('reads'), 'owner', '1 0')
    .sadd(key('held'), `${groupId} second`)
    .sadd(key('holders'), 'node-1')
    .zadd(key('away'), 1_000_000, `${groupId} member`)
    .set(key('revoked'), '1')
    .hset(keys.erasure(user('second')), { status: 'running', started: '1', left: '0', messages: '0' })
    .xadd(key('outbox'), '1-0', 'g', groupId, 'k', 'm', 'w', '{}')
    .xadd(key('outbox'), '2-0', 'g', groupId, 'k', 'm', 'w', '{}')
    .hset(key('queued'), groupId, 2)
    .hset(key('cursors'), { archive: '0-0', 'archive:page': 'any any' })
    .zadd(key('takenDown'), 1, `${'e'.repeat(16)}-9`)
    .hset(key('tombstones'), `${'e'.repeat(16)}-9`, 'eeeeeeeeeeeeeeee 10 {}')
    .zadd(key('retries'), 1, messageIds[0], 2, messageIds[1])
    .hset(key('retrying'), {
      [messageIds[0]]: `4 - ${groupId} m {}`,
      [messageIds[1]]: `1 - ${groupId} m {}`,
    })
    .xadd(key('deadLetters'), '1-0', 'g', groupId, 'k', 'm', 'w', '{}', 'm', messageIds[2])
    .zadd(key('retriesByGroup'), 0, `${groupId} ${messageIds[0]}`, 0, `${groupId} ${messageIds[1]}`)
    .zadd(key('deadLettersByGroup'), 0, `${groupId} ${'0'.repeat(14)}1-${'0'.repeat(15)}`)
    .hset(key('index'), groupId, 'nonce.1')
    .hset(key('places'), groupId, 'nonce.1')
    .hset(key('nodes'), 'node', '1 0 {}')
    .hset(key('entries'), { first: 1, next: 2, bytes: 4, 1: '1 {}' })
    .hset(key('canaries'), 'canary:ended', 1)
    .set(key('lease'), 'node 1')
    .set(remembered(keys), 'hash a a - eeeeeeeeeeeeeeee 1')
    .exec();
}

/** Every key of Redis with its value. */
export async function everything(redis: Redis): Promise<Readonly<Record<string, string>>> {
  const names = (await redis.keys('*')).sort();
  const dumps = await Promise.all(names.map((name) => redis.dumpBuffer(name)));
  return Object.fromEntries(names.map((name, at) => [name, dumps[at]?.toString('hex') ?? '']));
}
