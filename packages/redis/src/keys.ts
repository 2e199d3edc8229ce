/**
 * Names all keys and channels. In the keys of a group, the hash tag of its partition follows the prefix, for example
 * `plenum:{p17}:log:general`. A prefix that was first used on a Redis Cluster has tags such as `{p17x446}`.
 */
import { hash } from 'node:crypto';
import { type DeliveryKind, numberedTags, type PartitionTags } from '@plenum/core';
import type { Actor, GroupId, UserId } from '@plenum/protocol';

/** 132 bits of SHA-256. Each id is preceded by its length, so `ab`+`c` and `a`+`bc` have different digests. */
const digest = (ids: readonly string[]): string =>
  hash('sha256', ids.map((id) => `${id.length}:${id}`).join(''), 'base64url').slice(0, 22);

export class Keys {
  readonly prefix: string;
  /** The hash tags of the prefix. */
  readonly tags: PartitionTags;

  /** @param prefix `[a-z0-9_-]{1,32}`; two prefixes on one Redis share neither keys nor channels */
  constructor(prefix: string, tags: PartitionTags = numberedTags) {
    this.prefix = prefix;
    this.tags = tags;
  }

  /** Hash: settings of the whole cluster, for example its number of partitions. */
  meta = (): string => `${this.prefix}:meta`;

  /** Hash: the kept entries of the audit log; see lua/append-audit-entry.lua. */
  audit = (kind: 'act' | 'denial'): string => `${this.prefix}:audit:${kind}`;
  /** Hash: canary group → the end of its time, ms. */
  canaries = (): string => `${this.prefix}:canaries`;
  /** String: a code that counts once, by its digest; expires with it. */
  code = (digest: string): string => `${this.prefix}:code:${digest}`;

  /** Hash: node id → `<beat> <is drain asked> <card>`. */
  nodes = (): string => `${this.prefix}:nodes`;
  /** The channel on which other nodes wake this node. */
  nodeChannel = (nodeId: string): string => `${this.prefix}#node#${nodeId}#`;

  /** String: `<node id> <token>` of the partition's owner; expires when the owner does not renew it. */
  lease = (partition: number): string => `${this.prefix}:${this.tags.tagOfPartition(partition)}:lease`;
  /** String: the latest token of the partition; never expires. */
  lastToken = (partition: number): string =>
    `${this.prefix}:${this.tags.tagOfPartition(partition)}:last_token`;

  /** Hash: the group itself, or its tombstone. */
  group = (groupId: GroupId): string => this.#of('group', groupId);
  /** Hash: user → record. */
  members = (groupId: GroupId): string => this.#of('members', groupId);
  /** ZSET: receivers by the seq of the entry that brought them into the group, as applicants or as members. */
  receivers = (groupId: GroupId): string => this.#of('receivers', groupId);
  /** ZSET: applicants, with the same scores as `receivers`. */
  pending = (groupId: GroupId): string => this.#of('pending', groupId);
  /** ZSET: muted users by the end of their mute, ms. */
  mutes = (groupId: GroupId): string => this.#of('mutes', groupId);
  /** ZSET: banned users by the end of their ban, ms; `inf` for a ban without an end. So too `<user> muted`: a mute that outlasts a membership. */
  bans = (groupId: GroupId): string => this.#of('bans', groupId);
  /** Hash: applicant → JSON text of its note; `<applicant> accepts` → who has accepted it; `<banned user> ban` → `<actor> <JSON text of the reason>`. */
  applications = (groupId: GroupId): string => this.#of('applications', groupId);
  /** ZSET: users by the time, ms, of their last message; written only in slow mode, and expires with its interval. */
  slow = (groupId: GroupId): string => this.#of('slow', groupId);
  /** Hash: invited user → `<inviter> <end, ms, or ->`. */
  invites = (groupId: GroupId): string => this.#of('invites', groupId);
  /** Hash: id of an invite link → `<creator> <created, ms> <end, ms, or -> <max uses, or -> <uses>`. */
  links = (groupId: GroupId): string => this.#of('links', groupId);
  /**
   * Stream: `<seq>-0` → `k` (m|e|c), `w` (wire), `n` (messages so far); for an edit `t` (seq of the message), because the
   * text is in `present` only.
   */
  log = (groupId: GroupId): string => this.#of('log', groupId);
  /** Hash: seq of a changed message → its present state; see lua/lib/message-states.lua. */
  present = (groupId: GroupId): string => this.#of('present', groupId);
  /** ZSET: the fields of `present` by the last seq of the log that is read with them. */
  changed = (groupId: GroupId): string => this.#of('changed', groupId);
  /** ZSET: `<seq> <place of the reaction> <user>` of every reaction, score 0. */
  reactors = (groupId: GroupId): string => this.#of('reactors', groupId);

  /** Hash: user → ids of the nodes on which the user has an attached device. */
  on = (groupId: GroupId): string => this.#of('on', groupId);
  /** ZSET: the mentions of users in messages of the log, as lua/lib/mentions.lua says. */
  mentions = (groupId: GroupId): string => this.#of('mentions', groupId);
  /** Hash: user → `<seq> <messages>`: how far the user has read. */
  reads = (groupId: GroupId): string => this.#of('reads', groupId);
  /** Set of the partition: `<group> <user>` for each user whose presence the node hosts. */
  held = (partition: number, nodeId: string): string =>
    `${this.prefix}:${this.tags.tagOfPartition(partition)}:held:${nodeId}`;
  /** Set of the partition: nodes that host presence in it. */
  holders = (partition: number): string => `${this.prefix}:${this.tags.tagOfPartition(partition)}:holders`;
  /** ZSET of the partition: `<group> <user>` by the time, ms, at which a membership in an ephemeral group ends. */
  away = (partition: number): string => `${this.prefix}:${this.tags.tagOfPartition(partition)}:away`;

  /** String: payload hash and answer of one request. */
  dedupe = (groupId: GroupId, actor: string, requestId: string): string =>
    `${this.prefix}:${this.tags.tagOf(groupId)}:dedupe:${digest([groupId, actor, requestId])}`;
  /** String: the token bucket of a sender in a group. */
  bucket = (groupId: GroupId, sender: UserId): string =>
    `${this.prefix}:${this.tags.tagOf(groupId)}:bucket:${digest([groupId, sender])}`;

  /** String: the token bucket of the changes that a user makes in a group. */
  changeBucket = (groupId: GroupId, actor: Actor): string =>
    `${this.prefix}:${this.tags.tagOf(groupId)}:changes:${digest([groupId, actor])}`;

  /** Stream of the partition: `g` (group id), `k`, `w`. */
  outbox = (groupId: GroupId): string => `${this.prefix}:${this.tags.tagOf(groupId)}:outbox`;
  outboxIn = (partition: number): string => this.#in(partition, 'outbox');
  /** Hash of the partition: group id → number of entries that the archive has not taken yet (the room queue). */
  queued = (groupId: GroupId): string => `${this.prefix}:${this.tags.tagOf(groupId)}:queued`;
  queuedIn = (partition: number): string => this.#in(partition, 'queued');
  /**
   * Hash of the partition: adapter kind → id of the last outbox entry that the kind has passed. Also `<kind>:page`: how
   * far the next entry is delivered; and `archive:since`: the last dead letter that no longer counts for a room queue.
   */
  cursors = (partition: number): string => this.#in(partition, 'cursors');
  /** ZSET of the partition: ids of the messages that a kind retries, by the time of the next attempt, ms. */
  retries = (partition: number, kind: DeliveryKind): string => this.#in(partition, `retries:${kind}`);
  /** Hash of the partition: message id → `<attempts> <members cursor or -> <group id> <k> <w>`. */
  retrying = (partition: number, kind: DeliveryKind): string => this.#in(partition, `retrying:${kind}`);
  /** ZSET of the partition: `<group id> <message id>` of every field of `retrying`, score 0. */
  retriesByGroup = (partition: number, kind: DeliveryKind): string =>
    this.#in(partition, `retries_by_group:${kind}`);
  /** ZSET of the partition: `<group id> <id>` of every entry of `deadLetters`, score 0; the id is padded with zeros. */
  deadLettersByGroup = (partition: number, kind: DeliveryKind): string =>
    this.#in(partition, `dead_letters_by_group:${kind}`);
  /** Stream of the partition: `g`, `k`, `w`, `m` (message id), `a` (attempts), `r` (reason). */
  deadLetters = (partition: number, kind: DeliveryKind): string =>
    this.#in(partition, `dead_letters:${kind}`);
  /** String: the token bucket of what is appended to a message. */
  appendBucket = (groupId: GroupId, messageId: string): string =>
    `${this.prefix}:${this.tags.tagOf(groupId)}:appends:${digest([groupId, messageId])}`;
  /** ZSET: ids of the messages that wait for a time, by that time, ms; see lua/lib/timed.lua. */
  timed = (groupId: GroupId): string => this.#of('timed', groupId);
  /**
   * ZSET of the partition: ids of messages that were taken down, `inf` until the archive has the take-down, then by that
   * time, ms, for an hour.
   */
  takenDown = (partition: number): string => this.#in(partition, 'taken_down');
  /** Hash of the partition: the same ids → what readers of the archive are shown instead; see lua/lib/tombstones.lua. */
  tombstones = (partition: number): string => this.#in(partition, 'tombstones');
  /**
   * ZSET of the partition: groups by the time at which their next mute or ban ends, or their states must be kept, ms, and
   * users by that of the next step of their erasure, canary groups by their end; and `$timed:<group>` by the first time in `timed`.
   */
  due = (groupId: GroupId): string => `${this.prefix}:${this.tags.tagOf(groupId)}:due`;
  dueIn = (partition: number): string => `${this.prefix}:${this.tags.tagOfPartition(partition)}:due`;
  /** ZSET of the partition: its groups, score 0. */
  groups = (groupId: GroupId): string => `${this.prefix}:${this.tags.tagOf(groupId)}:groups`;
  groupsIn = (partition: number): string => this.#in(partition, 'groups');

  /** Hash in the user's slot: group id → `<nonce>.<time ms>`. */
  mine = (userId: UserId): string => `${this.prefix}:${this.tags.tagOf(userId)}:mine:${userId}`;
  /**
   * Hash in the user's slot: group id → nonce. `created`: groups that the user has created; `requested`: groups in which
   * it waits for acceptance.
   */
  places = (kind: 'created' | 'requested', userId: UserId): string =>
    `${this.prefix}:${this.tags.tagOf(userId)}:${kind}:${userId}`;
  /** String in the user's slot: the token bucket of the user's joins, leaves and creates. */
  membershipBucket = (userId: UserId): string => `${this.prefix}:${this.tags.tagOf(userId)}:moves:${userId}`;

  /** Hash in the user's slot: the erasure of the user. It is due as `$user:<user id>` in `due` of the partition. */
  erasure = (userId: UserId): string => `${this.prefix}:${this.tags.tagOf(userId)}:erasure:${userId}`;
  /** ZSET of the user's partition, the same as `dueIn`. */
  dueOfUser = (userId: UserId): string => `${this.prefix}:${this.tags.tagOf(userId)}:due`;

  /** String in the user's slot: a time, ms. Tokens that were issued before it are revoked. */
  revoked = (userId: UserId): string => `${this.prefix}:${this.tags.tagOf(userId)}:revoked:${userId}`;

  /** The channel of the group's Socket.IO room, as the sharded adapter names it. */
  groupChannel = (groupId: GroupId): string => `${this.prefix}#/#${this.tags.groupRoom(groupId)}#`;
  /** The channel of the Socket.IO room of a user's devices. */
  userChannel = (userId: UserId): string => `${this.prefix}#/#${this.tags.userRoom(userId)}#`;

  #in(partition: number, kind: string): string {
    return `${this.prefix}:${this.tags.tagOfPartition(partition)}:${kind}`;
  }

  #of(kind: string, groupId: GroupId): string {
    return `${this.prefix}:${this.tags.tagOf(groupId)}:${kind}:${groupId}`;
  }
}
