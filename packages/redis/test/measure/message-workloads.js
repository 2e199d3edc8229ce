/** Workloads on messages that have many reactions: reading a page of them, and changing them. */
import * as build from '@plenum/testkit';
import { RedisGroupLog } from '../../dist/log/group-log.js';
import { RedisMessageChanges } from '../../dist/messages/message-changes.js';

/** Each call of a round changes a message of its own. */
const messagesCount = 200;
const reaction = '👍';

/**
 * @param {any} options the collaborators of the ports
 * @param {any} groupId a group whose admin is `owner`
 */
export function messageWorkloads(options, groupId) {
  const log = new RedisGroupLog(options);
  const changes = new RedisMessageChanges({ ...options, untilCallsHaveBegun: async () => undefined });
  /** @type {any[]} */
  let sent = [];
  let edits = 0;
  /** @param {any} given */
  const change = async (given) => {
    const outcome = await changes.change(given);
    if (outcome.type === 'refused') throw new Error(outcome.failure.code);
    return outcome;
  };
  const on = (/** @type {number} */ number) => ({ groupId, actor: 'owner', target: sent[number] });
  /** @type {any} */
  const reader = 'owner';
  const page = { reactionKey: null, cursor: null, limit: 50 };
  return {
    /** Sends the messages, and puts the reaction of `owner` on each. @returns {Promise<readonly number[]>} their seqs */
    prepare: async () => {
      sent = [];
      for (let number = 0; number < messagesCount; number += 1) {
        sent.push(
          await log.append(build.messageDraft({ groupId, sender: 'owner', message: 'x'.repeat(100) })),
        );
        await change(build.reactCommand({ ...on(number), reaction }));
      }
      return sent.map(({ seq }) => seq);
    },
    /** @returns {readonly import('./workloads.js').Workload[]} */
    nextRound: () => [
      { script: 'read-range (50)', call: () => log.after(groupId, sent[0].seq - 1, 50, reader) },
      {
        script: 'read-reactions (50)',
        call: (n) => changes.reactions(groupId, { target: sent[n], ...page }),
      },
      {
        script: 'change-reaction (put)',
        call: (n) => change(build.reactCommand({ ...on(n), reaction: 'b' })),
      },
      {
        script: 'change-reaction (taken)',
        call: (n) => change(build.unreactCommand({ ...on(n), reaction: 'b' })),
      },
      {
        script: 'edit-message',
        call: (n) => {
          edits += 1;
          return change(build.editCommand({ ...on(n), message: `${edits} ${'y'.repeat(100)}` }));
        },
      },
    ],
  };
}
