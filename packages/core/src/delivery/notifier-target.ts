/**
 * Delivers one message at a time to the notifier, in pages of recipients: the members who could receive the message
 * when it was sent and still can, except those whose level of notifications leaves the message out now.
 */
import type { UserId } from '@plenum/protocol';
import type { ReadAnswer } from '../adapters/guarded-call.ts';
import { type GroupRecord, isReceiver } from '../groups/records.ts';
import type { ArchiveEntry, DeliveredMessage } from '../log/entry.ts';
import { isGoodPosition } from '../log/epoch-chain.ts';
import type { Notifier, Recipient } from '../ports/adapters.ts';
import type { GroupStore, NotificationLevels } from '../ports/group-store.ts';
import type { Presence } from '../ports/presence.ts';
import type { LivingEntries } from './living-entries.ts';
import { type AdapterLink, type Delivered, type DeliveryTarget, reasonLine } from './target.ts';

/** Recipients in one call. */
const pageSize = 500;
/** Calls after which progress is stored: a node that dies repeats at most this many pages. */
const pagesAtOnce = 10;

export interface NotifierDeps {
  readonly notifier: Notifier;
  readonly link: AdapterLink;
  readonly living: LivingEntries;
  readonly groups: Pick<GroupStore, 'members' | 'group'>;
  readonly presence: Pick<Presence, 'onlineAmong'>;
  readonly levels: Pick<NotificationLevels, 'among'>;
}

/** Reads the notifier's answer: nothing, or `{ refused: reason }`. */
const readRefusal: ReadAnswer<string | null> = (answer) => {
  if (answer === undefined || answer === null) return { value: null };
  if (typeof answer !== 'object') return null;
  const reason: unknown = Reflect.get(answer, 'refused');
  return typeof reason === 'string' ? { value: reasonLine(reason) } : null;
};

const noLevels: ReadonlyMap<UserId, 'mentions' | 'none'> = new Map();
const noneRefused: ReadonlyMap<string, string> = new Map();
const taken: Delivered = { type: 'taken', refused: noneRefused, membersCursor: null };

export class NotifierTarget implements DeliveryTarget {
  readonly kind = 'notifier';
  readonly callMax = 1;
  readonly #deps: NotifierDeps;

  constructor(deps: NotifierDeps) {
    this.#deps = deps;
  }

  get successes(): number {
    return this.#deps.link.successes;
  }

  /** Messages of another system are old, so no device needs to hear of them. */
  wants(entry: ArchiveEntry): boolean {
    return entry.type === 'message' && entry.imported !== true;
  }

  async deliver(
    [entry]: readonly ArchiveEntry[],
    membersCursor: string | null,
    signal: AbortSignal,
  ): Promise<Delivered> {
    if (entry?.type !== 'message') return taken;
    let cursor = membersCursor;
    for (let pages = 0; pages < pagesAtOnce; pages += 1) {
      const page = await this.#recipients(entry, cursor);
      const failed = await this.#notify(page.recipients, entry, { cursor, signal });
      if (failed !== null) return failed;
      if (page.nextCursor === null) return taken;
      cursor = page.nextCursor;
    }
    return cursor === null ? taken : { type: 'partly', membersCursor: cursor };
  }

  /** Calls the notifier for one page. @returns null if it accepted the page */
  async #notify(
    recipients: readonly Recipient[],
    message: DeliveredMessage,
    { cursor, signal }: { readonly cursor: string | null; readonly signal: AbortSignal },
  ): Promise<Delivered | null> {
    const { link, living, notifier } = this.#deps;
    if (recipients.length === 0) return null;
    const answered = await link.call({
      entries: [message],
      living,
      start: (_, call) => notifier.notify(recipients, message, call),
      read: readRefusal,
      signal,
    });
    if (answered === null) return taken;
    if (answered.ok) {
      if (answered.value === null) return null;
      return {
        type: 'taken',
        refused: new Map([[message.message_id, answered.value]]),
        membersCursor: cursor,
      };
    }
    const { failure, pauseLeftMs } = answered;
    return failure === 'not_called' || failure === 'aborted'
      ? { type: 'held', pauseLeftMs, membersCursor: cursor }
      : { type: 'failed', membersCursor: cursor };
  }

  /**
   * Reads one page of recipients. Members are listed by the entry that brought them in, so a page with a member who
   * joined after the message, or who does not receive, is the last one. A deleted group has no recipients.
   */
  async #recipients(message: DeliveredMessage, cursor: string | null) {
    const page = await this.#deps.groups.members(message.group_id, {
      cursor,
      limit: pageSize,
      status: null,
    });
    const entitled = (page?.rows ?? []).filter((row) => isReceiver(row) && row.sinceSeq <= message.seq);
    const users = entitled.map(({ userId }) => userId).filter((userId) => userId !== message.from_user_id);
    const recipients = users.length === 0 ? [] : await this.#present(message, users);
    const isLast = page === null || recipients === null || entitled.length < page.rows.length;
    return { recipients: recipients ?? [], nextCursor: isLast ? null : page.nextCursor };
  }

  /** @returns null if these are members of another group that was created later with the same id */
  async #present(message: DeliveredMessage, users: readonly UserId[]): Promise<readonly Recipient[] | null> {
    const { groups, presence, levels } = this.#deps;
    const { group_id: groupId } = message;
    const [online, group] = await Promise.all([
      presence.onlineAmong(groupId, users),
      // Read after the page, so it shows whose members those were.
      groups.group(groupId),
    ]);
    if (group === null || !isOf(message, group)) return null;
    const mentioned = new Set(message.mentions);
    const levelOf = group.hasLevels ? await levels.among(groupId, users) : noLevels;
    const isWanted = (userId: UserId) => {
      const level = levelOf.get(userId);
      return level === undefined || (level === 'mentions' && mentioned.has(userId));
    };
    return users.filter(isWanted).map((user_id) => ({
      user_id,
      online: online.has(user_id),
      ...(mentioned.has(user_id) ? { mentioned: true } : {}),
    }));
  }
}

/**
 * True if the message belongs to this group, not to an earlier group with the same id. A log lists at most 8 past
 * epochs. For an older message the times decide: the message's and the group's creation, both of the store's clock.
 */
function isOf({ epoch, seq, timestamp }: DeliveredMessage, { head, createdAtMs }: GroupRecord): boolean {
  const [oldest] = head.past;
  const isBefore = oldest !== undefined && seq <= oldest.endSeq;
  return isGoodPosition(epoch, seq, head) || (isBefore && createdAtMs < Date.parse(timestamp));
}
