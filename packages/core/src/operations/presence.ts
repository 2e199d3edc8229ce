/** Operations for presence, typing, read marks and the levels of notifications. */
import {
  limits,
  type RequestArgs,
  type RequestResult,
  type RequestType,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import { isReceiver } from '../groups/records.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Clock } from '../ports/runtime.ts';
import type { Caller, OperationDeps } from './operations.ts';
import { notificationsView } from './own-groups.ts';
import { refusalFor, userOf } from './read.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

const needsMember = { code: 'forbidden', error: 'The service itself is no member of groups' } as const;

export class PresenceOperations {
  readonly #deps: OperationDeps;
  readonly #pace: TypingPace;

  constructor(deps: OperationDeps, clock: Clock) {
    this.#deps = deps;
    this.#pace = new TypingPace(clock);
  }

  presence = async (caller: Caller, { group_id }: RequestArgs<'presence'>): Result<'presence'> => {
    const { groups, presence } = this.#deps.engine;
    const refusal = refusalFor(caller, await groups.position(group_id, userOf(caller)));
    if (refusal !== null) return fail(refusal);
    const { users, count } = await presence.online(group_id, limits.presenceListMax);
    return succeed({ online: [...users], count });
  };

  typing = async ({ actor }: Caller, { group_id }: RequestArgs<'typing'>): Result<'typing'> => {
    if (actor === SERVICE) return fail(needsMember);
    const retryAfterMs = this.#pace.take(actor);
    if (retryAfterMs > 0) return fail({ code: 'rate_limited', retryAfterMs });
    const refused = await this.#deps.engine.presence.typing(group_id, actor);
    return refused === null ? succeed({}) : fail(refused.failure);
  };

  mark_read = async (caller: Caller, args: RequestArgs<'mark_read'>): Result<'mark_read'> => {
    const { actor, device } = caller;
    if (actor === SERVICE) return fail(needsMember);
    const { readMarks, nudges } = this.#deps.engine;
    const { group_id, seq, epoch = null, unread = false } = args;
    const marked = await readMarks.mark(group_id, actor, { seq, epoch, mayFall: unread });
    if (marked.type === 'refused') return fail(marked.failure);
    const mark = { read_seq: marked.readSeq, unread: marked.unread };
    if (marked.hasRisen || marked.hasFallen) {
      const lowered = marked.hasFallen ? ({ lowered: true } as const) : {};
      const push = { group_id, epoch: marked.epoch, ...mark, ...lowered };
      nudges.note({ userId: actor, exceptDeviceId: device?.id ?? null, event: 'read', push });
    }
    return succeed(mark);
  };

  set_notifications = async (
    caller: Caller,
    { group_id, level, until_ms }: RequestArgs<'set_notifications'>,
  ): Result<'set_notifications'> => {
    const { actor, device } = caller;
    if (actor === SERVICE) return fail(needsMember);
    const { notificationLevels, nudges } = this.#deps.engine;
    const outcome = await notificationLevels.set(group_id, actor, { level, untilMs: until_ms ?? null });
    if (outcome.type === 'refused') return fail(outcome.failure);
    const present = notificationsView(outcome.setting);
    const push = { group_id, ...present };
    nudges.note({ userId: actor, exceptDeviceId: device?.id ?? null, event: 'notifications', push });
    return succeed(present);
  };

  list_read_marks = async (
    caller: Caller,
    args: RequestArgs<'list_read_marks'>,
  ): Result<'list_read_marks'> => {
    const { group_id: groupId, limit } = args;
    const cursor = args.cursor ?? null;
    const { groups, readMarks } = this.#deps.engine;
    const refusal = refusalFor(caller, await groups.position(groupId, userOf(caller)));
    if (refusal !== null) return fail(refusal);
    if (this.#deps.readMarksOfOthers === 'off' && caller.actor !== SERVICE) return fail(marksOff);
    const group = await groups.group(groupId);
    if (group === null) return fail({ code: 'group_not_found' });
    if (group.counts.active + group.counts.muted > limits.readMarksMembersMax) return fail(tooLarge);
    const page = await groups.members(groupId, { cursor, limit, status: null });
    if (page === null) return fail({ code: 'group_not_found' });
    const rows = page.rows.filter(isReceiver);
    const seqs = await readMarks.among(
      groupId,
      rows.map(({ userId }) => userId),
    );
    const { epoch, seq, membersVersion } = group.head;
    const marks = await Promise.all(
      rows.map(async ({ userId, sinceSeq }) => {
        // The entry at `sinceSeq` may be one that the user has not read where joins are no entries.
        const own =
          membersVersion === undefined || seqs.has(userId) ? null : await readMarks.of(groupId, userId);
        return { user_id: userId, read_seq: seqs.get(userId) ?? own?.readSeq ?? sinceSeq };
      }),
    );
    return succeed({ marks, epoch, head_seq: seq, next_cursor: page.nextCursor });
  };
}

const marksOff = { code: 'forbidden', error: 'This service does not show the read marks of others' } as const;
const tooLarge = {
  code: 'limit_reached',
  error: `Read marks of others are shown in groups of at most ${limits.readMarksMembersMax} members`,
  details: { field: 'group_id', limit: limits.readMarksMembersMax },
} as const;

const perSec = 5;
const burst = 10;
const tokenMs = 1000 / perSec;
/** Most users whose bucket is kept; beyond that, full buckets are dropped. */
const rememberedMax = 10_000;

/** Limits how often one user may report typing on this node, over all groups. */
class TypingPace {
  readonly #clock: Clock;
  /** When each bucket will be full again, ms. */
  readonly #fullAtMs = new Map<UserId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a token. @returns 0; or, if there is none, the ms until the next token, at least 1 */
  take(userId: UserId): number {
    const nowMs = this.#clock.monotonicMs();
    const fullAtMs = Math.max(this.#fullAtMs.get(userId) ?? 0, nowMs) + tokenMs;
    const missingMs = fullAtMs - nowMs - burst * tokenMs;
    if (missingMs > 0) return Math.ceil(missingMs);
    if (this.#fullAtMs.size >= rememberedMax) this.#forgetFull(nowMs);
    this.#fullAtMs.set(userId, fullAtMs);
    return 0;
  }

  #forgetFull(nowMs: number): void {
    for (const [userId, fullAtMs] of this.#fullAtMs) if (fullAtMs <= nowMs) this.#fullAtMs.delete(userId);
  }
}
