/** Operations for presence, typing and read marks. */
import {
  limits,
  type RequestArgs,
  type RequestResult,
  type RequestType,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Clock } from '../ports/runtime.ts';
import type { Caller, OperationDeps } from './operations.ts';
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
      nudges.read({ userId: actor, exceptDeviceId: device?.id ?? null, push });
    }
    return succeed(mark);
  };
}

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
