/** Faults of take-downs and of the states of messages on Redis: a text that stays, a page with a hole, a wrong count. */

const messages = 'packages/redis/test/messages/message-changes.test.ts';
const waiting = 'packages/redis/test/messages/waiting-copies.test.ts';
const nothingWaits = {
  file: waiting,
  tests: 'nothing of a taken-down message or of its edits waits after the answer',
};
const inHands = {
  file: waiting,
  tests: 'what the owner has read is named as taken down, and its commit counts nothing twice',
};
const moving = { file: waiting, tests: 'a copy that moves before it is scrubbed is dropped instead' };
const dense = {
  file: messages,
  tests: 'a taken-down message leaves a dense tombstone, wherever the page begins',
};

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfTakeDowns = [
  {
    name: 'a take-down leaves the entry of the message',
    edits: [
      {
        file: 'packages/redis/lua/take-down-message.lua',
        from: "  if is_in_log and message.fields then redis.call('XDEL', log_key, target_seq .. '-0') end\n",
        to: '',
      },
    ],
    killers: [dense],
  },
  {
    name: 'the log keeps the text of an edit',
    edits: [
      {
        file: 'packages/redis/lua/lib/message-change.lua',
        from: "seq_text .. '-0', 'k', 'c', 'w', head .. '}', 'n',",
        to: "seq_text .. '-0', 'k', 'c', 'w', live .. '}', 'n',",
      },
    ],
    killers: [{ file: messages, tests: 'an edit is pushed with its text, and stored without it' }],
  },
  {
    name: 'a page leaves out what was taken down',
    edits: [
      {
        file: 'packages/redis/lua/read-range.lua',
        from: 'if has_changes and seq ~= expected then',
        to: 'if false then',
      },
    ],
    killers: [dense],
  },
  {
    name: 'a take-down leaves what waits in the outbox',
    edits: [
      {
        file: 'packages/redis/lua/scrub-outbox.lua',
        from: "    redis.call('XDEL', outbox_key, entry[1])\n",
        to: '',
      },
    ],
    killers: [nothingWaits],
  },
  {
    name: 'an edit of a taken-down message is missing in the archived log',
    edits: [
      {
        file: 'packages/redis/lua/scrub-outbox.lua',
        from: "      if field.k == 'm' then\n",
        to: '      if true then\n',
      },
    ],
    killers: [nothingWaits],
  },
  {
    name: 'a take-down leaves what waits for a retry',
    edits: [
      {
        file: 'packages/redis/lua/scrub-letters.lua',
        from: "  redis.call('HDEL', retrying_key, id)\n",
        to: '',
      },
    ],
    killers: [nothingWaits],
  },
  {
    name: 'a take-down leaves dead letters',
    edits: [
      { file: 'packages/redis/lua/scrub-letters.lua', from: '  remove_letter(place, group_id)\n', to: '' },
    ],
    killers: [nothingWaits],
  },
  {
    name: 'a refused copy of a taken-down message waits again',
    edits: [
      {
        file: 'packages/redis/lua/commit-delivery.lua',
        from: 'local is_gone = group_id and has_taken_down and is_taken_down(entry_kind, wire)',
        to: 'local is_gone = false',
      },
    ],
    killers: [moving],
  },
  {
    name: 'an operator retries what was taken down',
    edits: [
      {
        file: 'packages/redis/lua/retry-dead-letter.lua',
        from: "local is_gone = is_taken_down(field.k, field.w or '')",
        to: 'local is_gone = false',
      },
    ],
    killers: [moving],
  },
  {
    name: 'a commit counts off what a take-down has counted off',
    edits: [
      {
        file: 'packages/redis/lua/commit-delivery.lua',
        from: "if has_taken_down and kind == 'archive' then",
        to: 'if false then',
      },
    ],
    killers: [inHands],
  },
  {
    name: 'a take-down is answered while calls with the message begin',
    edits: [
      {
        file: 'packages/redis/src/messages/message-changes.ts',
        from: ' > 0) await this.#untilCallsHaveBegun();',
        to: ' > 0) await undefined;',
      },
    ],
    killers: [
      {
        file: waiting,
        tests: 'a take-down of what waits is answered when calls that may have it have begun',
      },
    ],
  },
  {
    name: 'the owner prolongs the log with the states',
    edits: [
      {
        file: 'packages/redis/lua/end-due-mutes.lua',
        from: 'if group.appended then',
        to: 'if group.has_ended_mutes then',
      },
    ],
    killers: [
      {
        file: messages,
        tests: 'the owner keeps the states as long as there is a log, and does not prolong the log',
      },
    ],
  },
];
