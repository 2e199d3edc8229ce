/** One workload per script: calls that succeed, each with a user and a request of its own. */
import * as build from '@plenum/testkit';
import { runChange } from '../../dist/groups/change-calls.js';
import { RedisGroupStore } from '../../dist/groups/group-store.js';
import { UserIndex } from '../../dist/groups/user-index.js';
import { RedisGroupLog } from '../../dist/log/group-log.js';
import { ScriptCalls } from '../../dist/script-calls/script-calls.js';

/**
 * @typedef {any} Options the collaborators of the ports
 * @typedef {{ readonly script: string, readonly call: (number: number) => Promise<unknown> }} Workload
 */

/**
 * In the order in which they can follow each other: what one brings about the next one takes away.
 * @param {Options} options
 * @param {string} groupId a strict_private group whose admin is `owner`
 * @returns {() => readonly Workload[]} the workloads of one round after the other
 */
export function prepareWorkloads(options, groupId) {
  const calls = new ScriptCalls(options);
  const others = otherWorkloads(options, calls, groupId);
  let round = 0;
  return () => {
    round += 1;
    return [...changeWorkloads(options, calls, { groupId, round }), ...others];
  };
}

/**
 * @param {Options} options
 * @param {ScriptCalls} calls
 * @param {{ groupId: string, round: number }} at users are new in every round
 * @returns {readonly Workload[]}
 */
function changeWorkloads(options, calls, { groupId, round }) {
  const name = (/** @type {string} */ kind) => (/** @type {number} */ number) => `${kind}${round}.${number}`;
  const [admitted, applicant, rejected, created] = ['a', 'b', 'c', 'd'].map(name);
  const deps = { ...options, isTrial: false, isGroupsFull: false, isRequestsFull: false };
  const run = (/** @type {any} */ command) => runChange(calls, command, deps);
  const change = (
    /** @type {string} */ script,
    /** @type {(given: any) => any} */ command,
    /** @type {(number: number) => object} */ given,
  ) => ({
    script,
    call: (/** @type {number} */ number) => run(command({ groupId, actor: 'owner', ...given(number) })),
  });
  return [
    change('join-group (admitted)', build.joinCommand, (n) => ({
      userId: admitted(n),
      actor: '$service',
      admit: true,
    })),
    change('mute-member', build.muteCommand, (n) => ({ userId: admitted(n), forMs: 3_600_000 })),
    change('unmute-member', build.unmuteCommand, (n) => ({ userId: admitted(n) })),
    change('promote-member', build.promoteCommand, (n) => ({ userId: admitted(n) })),
    change('demote-member', build.demoteCommand, (n) => ({ userId: admitted(n) })),
    change('ban-member', build.banCommand, (n) => ({ userId: admitted(n) })),
    change('unban-member', build.unbanCommand, (n) => ({ userId: admitted(n) })),
    change('join-group', build.joinCommand, (n) => ({ userId: applicant(n), actor: applicant(n) })),
    change('accept-member', build.acceptCommand, (n) => ({ userId: applicant(n) })),
    change('leave-group', build.leaveCommand, (n) => ({ userId: applicant(n), actor: applicant(n) })),
    change('join-group (again)', build.joinCommand, (n) => ({ userId: rejected(n), actor: rejected(n) })),
    change('reject-member', build.rejectCommand, (n) => ({ userId: rejected(n) })),
    change('update-group', build.updateCommand, () => ({ history: 'all' })),
    change('create-group', build.createCommand, (n) => ({ groupId: created(n) })),
    change('delete-group', build.deleteCommand, (n) => ({ groupId: created(n) })),
  ];
}

/**
 * @param {Options} options
 * @param {ScriptCalls} calls
 * @param {any} groupId
 * @returns {readonly Workload[]}
 */
function otherWorkloads(options, calls, groupId) {
  const log = new RedisGroupLog(options);
  const groups = new RedisGroupStore(options);
  const index = new UserIndex({ ...options, calls });
  /** @type {any} */
  const userId = 'owner';
  const page = { cursor: null, limit: 50, status: null };
  const send = (/** @type {number} */ number) =>
    log.append(build.messageDraft({ groupId, sender: 'owner', message: `${number} ${'x'.repeat(100)}` }));
  return [
    { script: 'append-messages', call: send },
    { script: 'charge-membership', call: () => index.charge({ userId, groupId, isEntering: true }) },
    { script: 'read-position', call: () => groups.position(groupId, userId) },
    { script: 'read-standings', call: () => groups.standings(groupId, { userIds: [userId], wholeMax: 128 }) },
    { script: 'read-head', call: () => log.heads([groupId]) },
    { script: 'read-range (50)', call: () => log.before(groupId, Number.MAX_SAFE_INTEGER, 50) },
    { script: 'read-members (50)', call: () => groups.members(groupId, page) },
  ];
}
