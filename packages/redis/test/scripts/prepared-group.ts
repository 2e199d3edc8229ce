/** Every script with keys and arguments under which it succeeds, on a group with a member in each status. */
import { partitionOf } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import type { Redis } from 'ioredis';
import type { Keys } from '../../src/keys.ts';
import { scripts } from '../../src/script-calls/index.ts';
import { groupId, user } from './stage.ts';

type AnyScript = (typeof scripts)[number];

/** A script, ready to be run. */
export interface ScriptRun {
  readonly name: string;
  readonly lua: string;
  readonly keyNames: readonly string[];
  readonly keys: readonly string[];
  readonly args: readonly string[];
  readonly isReading: boolean;
}

const newGroupId = groupIdSchema.parse('room:new');
const nameOf = (script: AnyScript): string => script.file;

/** The target of a script; the owner where it has none. */
const subjects: Readonly<Record<string, string>> = {
  'join-group': 'newcomer',
  'leave-group': 'member',
  'accept-member': 'applicant',
  'reject-member': 'applicant',
  'mute-member': 'member',
  'unmute-member': 'muted',
  'kick-member': 'member',
  'ban-member': 'member',
  'unban-member': 'banned',
  'invite-member': 'newcomer',
  'decline-invite': 'invited',
  'revoke-invite': 'invited',
  'read-position': 'invited',
  'promote-member': 'member',
  'demote-member': 'second',
  'transfer-group': 'member',
  'end-due-mutes': 'late',
  'publish-typing': 'member',
  'end-absence': 'member',
  'mark-read': 'member',
  'read-mark': 'member',
};

function keysOf(keys: Keys, id: GroupId): Readonly<Record<string, string>> {
  const partition = partitionOf(id);
  return {
    group: keys.group(id),
    members: keys.members(id),
    receivers: keys.receivers(id),
    pending: keys.pending(id),
    mutes: keys.mutes(id),
    log: keys.log(id),
    dedupe: keys.dedupe(id, 'owner', 'request'),
    outbox: keys.outbox(id),
    cursors: keys.cursors(partition),
    retries: keys.retries(partition, 'archive'),
    retrying: keys.retrying(partition, 'archive'),
    archiveRetries: keys.retries(partition, 'archive'),
    archiveRetrying: keys.retrying(partition, 'archive'),
    notifierRetries: keys.retries(partition, 'notifier'),
    notifierRetrying: keys.retrying(partition, 'notifier'),
    deadLetters: keys.deadLetters(partition, 'archive'),
    archiveDeadLetters: keys.deadLetters(partition, 'archive'),
    deadLettersByGroup: keys.deadLettersByGroup(partition, 'archive'),
    retriesByGroup: keys.retriesByGroup(partition, 'archive'),
    archiveRetriesByGroup: keys.retriesByGroup(partition, 'archive'),
    notifierRetriesByGroup: keys.retriesByGroup(partition, 'notifier'),
    due: keys.due(id),
    bans: keys.bans(id),
    applications: keys.applications(id),
    invites: keys.invites(id),
    links: keys.links(id),
    groups: keys.groups(id),
    bucket: keys.bucket(id, user('owner')),
    queued: keys.queued(id),
    index: keys.mine(user('owner')),
    places: keys.places('created', user('owner')),
    on: keys.on(id),
    reads: keys.reads(id),
    mentions: keys.mentions(id),
    slow: keys.slow(id),
    held: keys.held(partitionOf(id), 'node-1'),
    holders: keys.holders(partitionOf(id)),
    away: keys.away(partitionOf(id)),
    present: keys.present(id),
    changed: keys.changed(id),
    reactors: keys.reactors(id),
    takenDown: keys.takenDown(partition),
    timed: keys.timed(id),
    revoked: keys.revoked(user('owner')),
    erasure: keys.erasure(user('owner')),
    lease: keys.lease(partition),
    lastToken: keys.lastToken(partition),
    nodes: keys.nodes(),
  };
}

const messageIds = [`${'e'.repeat(16)}-1`, `${'e'.repeat(16)}-2`, `${'e'.repeat(16)}-3`] as const;
const remembered = (keys: Keys): string => keys.dedupe(groupId, user('owner'), 'remembered');

function ownKeysOf(script: AnyScript, keys: Keys): Readonly<Record<string, string>> {
  if (nameOf(script) === 'charge-membership') return { bucket: keys.membershipBucket(user('owner')) };
  if (nameOf(script) === 'acquire-lease') return { lease: keys.lease(1), lastToken: keys.lastToken(1) };
  if (nameOf(script) === 'finish-erasure') {
    return { erasure: keys.erasure(user('second')), due: keys.dueOfUser(user('second')) };
  }
  if (nameOf(script) === 'note-erasure') return { erasure: keys.erasure(user('second')) };
  if (nameOf(script) === 'begin-erasure') return { due: keys.dueOfUser(user('owner')) };
  return nameOf(script) === 'recall-change' ? { dedupe: remembered(keys) } : {};
}

const settings = {
  rememberMs: '600000',
  deadlineMs: '9999999999999',
  epochOffer: 'f'.repeat(16),
  historyMaxEntries: '10000',
  historyMaxAgeMs: '604800000',
  isOutboxWritten: '1',
  areMutesEnded: '1',
  isRateLimited: '1',
  roomQueueLimit: '2048',
  isQueueCounted: '1',
  queueLimit: '2048',
  bansMax: '10000',
  invitesMax: '1000',
  linksMax: '100',
  maxUses: '10',
  isTrial: '0',
  requestsMax: '',
  ratePerSec: '10',
  rateBurst: '20',
  pendingMax: '1000',
  keptMs: '1000',
  max: '1000',
  before: '',
  groupsCount: '1',
  messagesCount: '1',
  messageEpoch: 'e'.repeat(16),
  targetSeq: '6',
  editWindowMs: '99999999999999',
  namedMs: '3600000',
  reactionsMax: '32',
  ownReactionsMax: '10',
  pinsMax: '50',
  groupMessagesCount: '1',
};

function argsOf(script: AnyScript, keys: Keys, id: GroupId): Readonly<Record<string, string>> {
  return {
    ...settings,
    groupId: id,
    userId: subjects[nameOf(script)] ?? 'owner',
    senderId: 'member',
    actor: 'owner',
    requestId: 'request',
    payloadHash: 'hash',
    room: keys.tags.groupRoom(id),
    channel: keys.groupChannel(id),
    wireHead: '{"request_id":"request","success":true,"result":{"timestamp":"',
    groupType: 'public',
    maxMembers: '10',
    isEphemeral: '0',
    history: 'all',
    metadata: '{}',
    posting: 'members',
    slowModeMs: '1000',
    ifSeq: '7',
    sending: 'm 1000',
    editWindowMs: '99999999999999',
    acceptsNeeded: '2',
    muteSurvivesRejoin: nameOf(script) === 'update-group' ? 'true' : '1',
    idReservedMs: '5000',
    isByService: '0',
    retention: '100 600000',
    retentionJson: '{}',
    requestTtlMs: '60000',
    isEnsured: '0',
    isAdmitted: '0',
    createsPublic: '0',
    linkId: nameOf(script) === 'create-link' ? 'new-link' : 'link',
    reason: '"because"',
    note: '"let me in"',
    forMs: '60000',
    importId: 'import',
    position: '0',
    isQuestion: '0',
    wires: '{"request_id":"old","success":true,"result":{"message_id":"',
    nonce: 'nonce',
    entry: 'nonce.1',
    after: '0',
    lists: 'all',
    role: 'a',
    limit: '50',
    fromSeq: '-',
    toSeq: '+',
    isLatestFirst: '0',
    maxBytes: '1048576',
    started: '1',
    afterSeq: '0',
    withMessages: '1',
    done: '1',
    archive: 'pending',
    againMs: '1000',
    came: 'member',
    went: 'second',
    added: 'newcomer;a;m late;a;m',
    removed: 'member second late',
    absenceMs: '30000',
    seq: '7',
    mayFall: '0',
    nodeId: 'node',
    token: '1',
    card: '{}',
    beat: '1',
    ttlMs: '6000',
    text: '"edited"',
    mentions: ' member',
    level: 'm',
    untilMs: '',
    isPut: '1',
    reaction: '"x"',
    reactionKey: '"x"',
    isPinned: '1',
    messageId: messageIds[0],
    messages: ` ${messageIds[0]}`,
    isExpired: '0',
    textBytes: '3',
    isDone: '0',
    bytesMax: '65536',
    idleMs: '60000',
    otherHashes: ' other',
    fromId: '-',
    afterRetry: '',
    afterEnd: '',
    afterUser: '',
    afterLetter: '',
    ...deliveryOf(script),
  };
}

/** One round: a refused entry is retried, a retried one dies, another is taken. A kind that comes while another goes. */
const deliveryOf = (script: AnyScript): Readonly<Record<string, string>> => ({
  kinds: 'notifier',
  kind: 'archive',
  expectedCursor: '0-0',
  cursor: '2-0',
  page: '',
  passed: `${groupId} 1`,
  refused: `retry ${messageIds[2]} 1 2-0 100 -\ndead ${messageIds[0]} 5 - because`,
  taken: messageIds[1],
  deadLettersKept: '1',
  place: '1-0',
  ...(nameOf(script) === 'read-outbox' ? { limit: '1' } : {}),
});

/** Every script, and a message that mentions a member and expires, which needs more keys and arguments. */
export const everyRun = (keys: Keys): readonly ScriptRun[] =>
  plainRuns(keys).flatMap((run) => (run.name === 'append-messages' ? [run, withExtras(run, keys)] : [run]));

const withExtras = (run: ScriptRun, keys: Keys): ScriptRun => ({
  ...run,
  name: 'append-messages with extras',
  keyNames: [...run.keyNames, 'due', 'mentions', 'timed'],
  keys: [...run.keys, keys.due(groupId), keys.mentions(groupId), keys.timed(groupId)],
  args: [...run.args, '1 m 60000 60000  member stranger'],
});

const plainRuns = (keys: Keys): readonly ScriptRun[] =>
  scripts.map((script) => {
    const id = nameOf(script) === 'create-group' ? newGroupId : groupId;
    const all = { ...keysOf(keys, id), ...ownKeysOf(script, keys) };
    const values = argsOf(script, keys, id);
    return {
      name: nameOf(script),
      lua: script.text.lua,
      keyNames: script.keys,
      keys: script.keys.map((name) => all[name] ?? ''),
      args: script.args.map((name) => values[name] ?? ''),
      isReading: script.text.lua.startsWith('#!lua flags=no-writes'),
    };
  });

export const evaluate = (redis: Redis, { lua, keys, args }: ScriptRun): Promise<unknown> =>
  redis.eval(lua, keys.length, ...keys, ...args);

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
    .xadd(key('log'), '6-0', 'k', 'm', 'w', wireOfMessage, 'n', '1')
    .xadd(key('log'), '7-0', 'k', 'c', 'w', '{}', 'n', '1', 't', '6')
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
