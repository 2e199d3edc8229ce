/**
 * Explains whether an action would be refused, by which check, and until when. Evaluates one row of the rule table
 * for one user; changes nothing.
 */
import { type Actor, type GroupId, type RequestArgs, type RequestResult, SERVICE } from '@plenum/protocol';
import { isoTime, mayAccept, type Position } from '../groups/records.ts';
import { type Facts, judge } from '../groups/rule-conditions.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Caller, OperationDeps } from './operations.ts';

/** A user may ask about itself, the service about every user, and an active admin about every user of the group. */
async function mayAsk(deps: OperationDeps, caller: Caller, args: RequestArgs<'explain'>): Promise<boolean> {
  const subject = args.user_id ?? caller.actor;
  if (caller.actor === SERVICE || subject === caller.actor) return true;
  const asker = (await deps.engine.groups.position(args.group_id, caller.actor))?.member ?? null;
  return asker?.status === 'active' && asker.roles.includes('admin');
}

export async function explain(
  deps: OperationDeps,
  caller: Caller,
  args: RequestArgs<'explain'>,
): Promise<Outcome<RequestResult<'explain'>>> {
  if (!(await mayAsk(deps, caller, args))) return fail({ code: 'not_admin' });
  const { facts, position } = await factsOf(deps, args.group_id, args.user_id ?? caller.actor);
  const isAdmitted = args.action === 'join' && (await isInvitedByAcceptor(deps, args.group_id, position));
  const checks = judge(args.action, facts, isAdmitted ? 'public' : undefined);
  const refused = checks.find(({ ok }) => !ok);
  if (refused === undefined) return succeed({ allowed: true, checks: shown(checks) });
  const until = untilOf(refused.code, position);
  return succeed({
    allowed: false,
    code: refused.code,
    ...(until === null ? {} : { until: isoTime(until) }),
    checks: shown(checks),
  });
}

const shown = (checks: ReturnType<typeof judge>) => checks.map(({ check, ok }) => ({ check, ok }));

function untilOf(code: string, position: Position | null): number | null {
  if (code === 'muted') return position?.member?.mutedUntilMs ?? null;
  if (code === 'slow_mode') return position?.slowedUntilMs ?? null;
  return code === 'banned' ? (position?.bannedUntilMs ?? null) : null;
}

/** True if an invite of the user is in force whose inviter could accept it now: then the rules of a public group apply. */
async function isInvitedByAcceptor(
  { engine }: OperationDeps,
  groupId: GroupId,
  position: Position | null,
): Promise<boolean> {
  const invitedBy = position?.invite?.invitedBy;
  if (position === null || invitedBy === undefined) return false;
  if (invitedBy === SERVICE) return true;
  if (position.settings.acceptsNeeded > 1) return false;
  const inviter = await engine.groups.position(groupId, invitedBy);
  return mayAccept(position.groupType, inviter?.member ?? null);
}

/** The facts about one user that acts for itself, or about the service. */
export async function factsOf({ engine }: OperationDeps, groupId: GroupId, actor: Actor) {
  const [position, group] = await Promise.all([
    engine.groups.position(groupId, actor === SERVICE ? null : actor),
    engine.groups.group(groupId),
  ]);
  const member = position?.member ?? null;
  const facts: Facts = {
    group,
    actor,
    actorRecord: member,
    subjectRecord: member,
    isSubjectBanned: position?.isBanned ?? false,
    slowedUntilMs: position?.slowedUntilMs ?? null,
    isSubjectInvited: position !== null && position.invite !== null,
    nowMs: 0,
  };
  return { facts, position };
}
