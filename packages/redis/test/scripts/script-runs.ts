/** Every script with keys and arguments under which it succeeds on the group of `prepared-group.ts`. */
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import type { Redis } from 'ioredis';
import type { Keys } from '../../src/keys.ts';
import { otherDedupes, scripts } from '../../src/script-calls/index.ts';
import { keysOf, messageIds, remembered } from './group-keys.ts';
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
    shown: ',"group_type":"public"',
    requestTtlMs: '60000',
    membershipEvents: 'counts',
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
    archived: '?',
    messageIds: ` ${'e'.repeat(16)}-6 ${'e'.repeat(16)}-9`,
    textBytes: '3',
    isDone: '0',
    bytesMax: '65536',
    idleMs: '60000',
    otherHashes: otherDedupes.map((name) => ` ${name}`).join(''),
    seen: '1',
    wholeMax: '2',
    userIds: ' owner applicant',
    replyTo: `${'e'.repeat(16)}-6`,
    fields: '"message":"hello",',
    fromId: '-',
    number: '1',
    entriesMax: '1',
    canariesMax: '1',
    lifeMs: '600000',
    afterRetry: '',
    afterEnd: '',
    afterUser: '',
    afterLetter: '',
    ...(nameOf(script) === 'append-text' ? { targetSeq: '3', text: ' more' } : {}),
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
