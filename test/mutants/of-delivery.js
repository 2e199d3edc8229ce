/** Faults of owners and of what they deliver: two at a time, entries that are lost, dead letters that say nothing. */
import { conformance } from './mutant.js';

const round = 'packages/core/src/delivery/round.ts';
const delivery = 'packages/redis/test/delivery/delivery.test.ts';
const archiving = 'packages/core/test/delivery/archiving.test.ts';
const refusingArchive = 'an archive that refuses everything fills the room';

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfDelivery = [
  {
    name: 'no lease check at commit',
    edits: [
      {
        file: 'packages/redis/lua/commit-delivery.lua',
        from: "if not expect_lease(lease_key, node_id, token) then return { 'not_owner', integer(now) } end\n",
        to: '',
      },
    ],
    killers: [
      conformance('a commit under an old token changes nothing'),
      {
        file: delivery,
        tests: 'a node that sleeps before its commit commits nothing when it wakes: its successor does',
      },
    ],
  },
  {
    name: 'lease beat never fenced',
    edits: [
      {
        file: 'packages/redis/lua/keep-leases.lua',
        from: 'elseif lease ~= claim then',
        to: 'elseif not lease then',
      },
    ],
    killers: [conformance('an earlier lease of the same node is neither prolonged nor given back')],
  },
  {
    name: 'a renewal finds no due mute',
    edits: [
      {
        file: 'packages/redis/lua/keep-leases.lua',
        from: 'return (has_failed(first) or #first > 0) and',
        to: 'return false and',
      },
    ],
    killers: [{ file: 'packages/redis/test/scripts/keep-leases.test.ts' }],
  },
  {
    name: 'a slice that cannot be renewed takes the turns of the others',
    edits: [
      {
        file: 'packages/core/src/ownership/renewal-turns.ts',
        from: '    this.#triedAtMs.set(partition, nowMs);\n',
        to: '',
      },
    ],
    killers: [{ file: 'packages/core/src/ownership/renewal-turns.test.ts' }],
  },
  {
    name: 'a partition without findings is never asked for due mutes',
    edits: [
      {
        file: 'packages/core/src/housekeeping/due-work.ts',
        from: 'finding === null ? findings.isSilent(partition) : isDue(finding);',
        to: 'finding !== null && isDue(finding);',
      },
    ],
    killers: [{ file: 'packages/core/src/housekeeping/due-work.test.ts' }],
  },
  {
    name: 'a node that cannot renew keeps working',
    edits: [
      {
        file: 'packages/core/src/ownership/lease-state.ts',
        from: "(event.type === 'time' && event.nowMs >= sureUntilMs);",
        to: "(event.type === 'time' && event.nowMs >= sureUntilMs + 1e9);",
      },
    ],
    killers: [{ file: 'packages/core/src/ownership/lease-state.test.ts' }],
  },
  {
    name: 'trim ignores the delivery cursor',
    edits: [
      {
        file: 'packages/redis/lua/lib/cursors.lua',
        from: '  if not smallest then\n',
        to: '  if not smallest or smallest then\n',
      },
    ],
    killers: [
      conformance('each kind has a cursor of its own, and an entry waits until all have passed it'),
      { file: delivery, tests: '10,000 messages wait for an archive that is down' },
    ],
  },
  {
    name: 'dead letter without reason',
    edits: [
      {
        file: round,
        from: 'messageId, attempts, offset, reason, groupId: entry.group_id });',
        to: "messageId, attempts, offset, reason: reason.replace(/.*/, ''), groupId: entry.group_id });",
      },
    ],
    killers: [
      { file: archiving, tests: 'an entry that is refused six times is a dead letter with its reason' },
    ],
  },
  {
    name: 'an unreadable entry is passed over',
    edits: [
      {
        file: round,
        from: 'return [...this.#deadLetters, ...this.#passedUnreadable.map(unreadableLetter)];',
        to: 'return this.#deadLetters;',
      },
    ],
    killers: [
      {
        file: 'packages/redis/test/delivery/unreadable-entries.test.ts',
        tests: 'it becomes a dead letter with its text',
      },
    ],
  },
  {
    name: 'what an archive refuses does not count for its room',
    edits: [
      {
        file: 'packages/memory/src/delivery/partition-outbox.ts',
        from: 'if (waiting.has(offset) && !refused.has(offset)) this.#countOff(entry)',
        to: 'this.#countOff(entry)',
      },
    ],
    killers: [{ file: archiving, tests: refusingArchive }],
  },
  {
    name: 'dead letters of the archive give way',
    edits: [
      {
        file: round,
        from: "deadLettersKept: kind === 'notifier' ? settings.deadLettersMax : null",
        to: "deadLettersKept: kind === 'notifier' ? settings.deadLettersMax : 1",
      },
    ],
    killers: [{ file: archiving, tests: refusingArchive }],
  },
  {
    name: 'one room for what all groups are offered again',
    edits: [
      {
        file: 'packages/core/src/delivery/round.ts',
        from: 'this.#kept.get(groupId) ?? 0;',
        to: '[...this.#kept.values()].reduce((sum, one) => sum + one, 0);',
      },
    ],
    killers: [{ file: 'packages/core/src/delivery/round.test.ts' }],
  },
  {
    name: 'dead letters of one group push out those of another',
    edits: [
      {
        file: 'packages/redis/lua/lib/letters.lua',
        from: 'count_of_group(dead_letters_by_group_key, group_id) - kept',
        to: "redis.call('XLEN', dead_letters_key) - kept",
      },
    ],
    killers: [
      conformance('too many dead letters of a group push out its own oldest, counted, and none of another'),
    ],
  },
  {
    name: 'what has stepped aside is offered in the order of its coming',
    edits: [
      {
        file: 'packages/redis/lua/commit-delivery.lua',
        from: 'return math.min(earliest, now) + count_of_group(retries_by_group_key, group_id)',
        to: 'return now',
      },
    ],
    killers: [conformance('what has stepped aside is offered in turn')],
  },
];
