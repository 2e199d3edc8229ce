/** Adds and removes many users of a group for the service: one atomic step and one entry per 100 users. */
import {
  errors,
  type Failure,
  type GroupId,
  limits,
  type MembershipPush,
  type RequestArgs,
  type RequestResult,
  SERVICE,
} from '@plenum/protocol';
import type { ChangeMembers, MemberAddition, MemberOutcome, MembersChanged } from '../groups/commands.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Engine } from '../ports/engine.ts';
import { emitMembersChanged } from '../telemetry/events.ts';
import { type Caller, type OperationDeps, requestKey } from './operations.ts';

type Args = RequestArgs<'change_members'>;
type Part = Pick<ChangeMembers, 'add' | 'remove'>;

const chunksOf = <T>(users: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(users.length / limits.membersPerEntry) }, (_, chunk) =>
    users.slice(chunk * limits.membersPerEntry, (chunk + 1) * limits.membersPerEntry),
  );

/**
 * The users of a request in parts of 100: the additions, then the removals. So an entry either adds or removes. A repeated
 * request has the same parts, and each part finds its own dedupe record. Example: a node dies after the fourth of ten
 * parts. The retry gets the stored answers of the first four, and the others run.
 */
function partsOf({ add = [], remove = [] }: Args): readonly Part[] {
  const additions = add.map(
    ({ user_id: userId, status = 'active', roles = [] }): MemberAddition => ({
      userId,
      status,
      role: (['admin', 'moderator'] as const).find((role) => roles.includes(role)) ?? 'member',
    }),
  );
  return [
    ...chunksOf(additions).map((some) => ({ add: some, remove: [] })),
    ...chunksOf(remove).map((some) => ({ add: [], remove: some })),
  ];
}

/** The parts run one after the other; the first part that is refused as a whole ends the request. */
export class MembersOperations {
  readonly #engine: Pick<Engine, 'groups' | 'nudges'>;

  constructor({ engine }: Pick<OperationDeps, 'engine'>) {
    this.#engine = engine;
  }

  change_members = async (caller: Caller, args: Args): Promise<Outcome<RequestResult<'change_members'>>> => {
    if (caller.actor !== SERVICE) return fail({ code: 'forbidden' });
    const groupId = args.group_id;
    const request = requestKey(caller, 'change_members', args);
    const added: MemberOutcome[] = [];
    const removed: MemberOutcome[] = [];
    let last = { epoch: '', seq: 0 };
    for (const [part, users] of partsOf(args).entries()) {
      const outcome = await this.#engine.groups.changeMembers({ groupId, request, part, ...users });
      if (outcome.type === 'refused') return fail(outcome.failure);
      this.#announce(groupId, outcome);
      added.push(...outcome.added);
      removed.push(...outcome.removed);
      last = outcome;
    }
    return succeed({
      added: added.map(view),
      removed: removed.map(view),
      epoch: last.epoch,
      seq: last.seq,
    });
  };

  /** The devices of a removed user learn it from the entry; those of an added one may be on nodes without the feed. */
  #announce(groupId: GroupId, changed: MembersChanged): void {
    if (changed.isDuplicate) return;
    emitMembersChanged(groupId, changed);
    const isInEntry = (one: MemberOutcome) => one.type === 'done' && one.isUnlisted !== true;
    const hasEntry = [...changed.added, ...changed.removed].some(isInEntry);
    for (const one of changed.added) {
      if (one.type === 'refused') continue;
      const { userId, status, roles, isUnlisted } = one;
      const type: MembershipPush['type'] = status === 'pending' ? 'requested' : 'joined';
      const unlisted = isUnlisted ? { unlisted: true as const } : {};
      const membership = {
        group_id: groupId,
        status,
        roles: [...roles],
        type,
        actor_id: SERVICE,
        ...unlisted,
      };
      // A join that is no entry comes before the entry of the others.
      const seq = isUnlisted && hasEntry ? changed.seq - 1 : changed.seq;
      this.#engine.nudges.send({ userId, groupId, seq, membership });
    }
  }
}

const refusalView = ({ code, error, details }: Failure) => ({
  code,
  error: error ?? errors[code].text,
  ...(details?.banned_until === undefined ? {} : { banned_until: details.banned_until }),
});

const view = (one: MemberOutcome): RequestResult<'change_members'>['added'][number] =>
  one.type === 'done'
    ? { user_id: one.userId, status: one.status }
    : { user_id: one.userId, ...refusalView(one.failure) };
