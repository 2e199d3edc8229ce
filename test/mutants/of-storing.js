/** Faults in the step that checks, numbers, stores and publishes, and in the answer to the sender. */
import { conformance, judgedHistory } from './mutant.js';

const append = 'packages/redis/lua/append-messages.lua';
const references = 'packages/redis/lua/lib/references.lua';
const batches = 'packages/redis/test/scripts/append-batches.test.ts';
const admission = 'packages/redis/lua/lib/admission.lua';
const tags = 'packages/redis/src/boot/partition-tags.ts';
const tagsTest = 'packages/redis/test/boot/partition-tags.test.ts';
const groupLog = 'packages/redis/src/log/group-log.ts';
/** The last act of the append script. */
const publication = `  local uid = 'm ' .. uid_head(epoch, seq, group.recipients, now) .. sender_id .. ' ' .. request_id
  call('SPUBLISH', channel, payload_of(uid, 'relay_message', wire))
`;

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfStoring = [
  {
    name: 'a reply to a message that its sender may not read',
    edits: [
      {
        file: references,
        from: ' or tonumber(seq) < first_readable_seq(now) then',
        to: ' then',
      },
    ],
    killers: [conformance('a reply needs a message of this log that its sender may read')],
  },
  {
    name: 'a reply to a message of another log',
    edits: [
      { file: references, from: '  if string.sub(wire, -#ending) ~= ending then return nil end\n', to: '' },
    ],
    killers: [conformance('a reply needs a message of this log that its sender may read')],
  },
  {
    name: 'a mention of a user who receives nothing',
    edits: [
      {
        file: references,
        from: "member and member.status ~= 'p' and mentioned or dropped",
        to: 'member and mentioned or dropped',
      },
    ],
    killers: [conformance('who does not receive the message is dropped from its mentions')],
  },
  {
    name: 'a mark goes back below the membership',
    edits: [
      {
        file: 'packages/redis/lua/mark-read.lua',
        from: 'marked_seq = math.max(marked_seq, first_mark(member, head_seq))',
        to: 'marked_seq = math.max(marked_seq, 0)',
      },
    ],
    killers: [conformance('a mark that may fall goes back, at most to where')],
  },
  {
    name: 'a mention in a message that the log has lost is unread',
    edits: [
      {
        file: 'packages/redis/lua/read-mark.lua',
        from: 'return oldest_seq > read_seq + 1 and mentions_from(oldest_seq) or count',
        to: 'return count',
      },
    ],
    killers: [conformance('mentions end with their messages, and with the group')],
  },
  {
    name: 'extras of another message of the batch',
    edits: [
      {
        file: 'packages/redis/src/log/append-arguments.ts',
        from: 'const number = at + 1;',
        to: 'const number = place + 1;',
      },
    ],
    killers: [{ file: batches, tests: 'a batch is answered, stored and published' }],
  },
  {
    name: 'a retry of an ephemeral message is pushed again',
    edits: [{ file: 'packages/redis/lua/send-ephemeral.lua', from: '\nremember(answer)\n', to: '\n' }],
    killers: [conformance('gives a retry the first answer, though its sender is gone, and is heard once')],
  },
  {
    name: 'an ephemeral message takes no token',
    edits: [
      {
        file: 'packages/redis/lua/send-ephemeral.lua',
        from: 'if full_again_at then charge(full_again_at, now) end\n',
        to: '',
      },
    ],
    killers: [
      conformance('takes a token, and begins an interval of slow mode, as a message of the log does'),
    ],
  },
  {
    name: 'no dedupe',
    edits: [{ file: admission, from: '  if repeated then return repeated end\n', to: '' }],
    killers: [
      conformance('of a retry comes without a second entry'),
      {
        file: 'packages/redis/test/scripts/append-messages.test.ts',
        tests: 'a retry gives the first answer',
      },
      judgedHistory('a Redis that is killed and back has each acked message once; devices are complete'),
    ],
  },
  {
    name: 'every prefix gets even tags on a Cluster',
    edits: [
      {
        file: tags,
        from: 'if (stored === numberedText) return numberedTags;',
        to: 'if (stored === numberedText) return evenTags;',
      },
    ],
    killers: [{ file: tagsTest, tests: 'a prefix with numbered tags keeps them on a Cluster' }],
  },
  {
    name: 'a lost meta changes the tags',
    edits: [{ file: tags, from: 'tokens.some((token) => token !== null)', to: 'tokens.length === 0' }],
    killers: [{ file: tagsTest, tests: 'a prefix on a Cluster that lost its meta keeps' }],
  },
  {
    name: 'a node that runs lets the next one choose other tags',
    edits: [
      {
        file: 'packages/redis/src/cluster/prefix-witness.ts',
        from: '    await calls.command((redis) => writeTags(redis, keys.meta(), keys.tags));\n',
        to: '',
      },
    ],
    killers: [{ file: tagsTest, tests: 'a node that runs writes the tags of its prefix again' }],
  },
  {
    name: 'every part of a members change has the dedupe record of the first',
    edits: [
      {
        file: 'packages/core/src/groups/commands.ts',
        from: '  part === 0 ? request : {',
        to: '  part >= 0 ? request : {',
      },
    ],
    killers: [conformance('another part of the request is done by itself')],
  },
  {
    name: 'users of one members change share a place',
    edits: [
      {
        file: 'packages/redis/lua/change-members.lua',
        from: "    place = string.format('%.7f', group.seq + index / 128),\n",
        to: '',
      },
    ],
    killers: [conformance('lists the users of one entry one after the other')],
  },
  {
    name: 'a members change adds users that are banned',
    edits: [
      {
        file: 'packages/redis/lua/change-members.lua',
        from: "  if is_banned then return 'banned', banned_until end\n",
        to: '',
      },
    ],
    killers: [conformance('names the end of a ban')],
  },
  {
    name: 'an erasure is done after its first step',
    edits: [
      {
        file: 'packages/core/src/housekeeping/eraser.ts',
        from: '    await erasures.postpone(userId, stepEveryMs);',
        to: '    await erasures.finish(userId, { startedAtMs: erasure.startedAtMs, againMs: lastLookMs });',
      },
    ],
    killers: [conformance('takes the user out of 100 groups in a step')],
  },
  {
    name: 'a run of an erasure that is over ends the next one',
    edits: [
      {
        file: 'packages/redis/lua/finish-erasure.lua',
        from: "if field[1] ~= 'running' or field[2] ~= started then",
        to: "if field[1] ~= 'running' then",
      },
    ],
    killers: [conformance('a run that is over does not end the next one')],
  },
  {
    name: 'an export ends with the first page of a log',
    edits: [
      {
        file: 'packages/core/src/operations/user-export.ts',
        from: '    after = last.seq;',
        to: '    after = Math.max(last.seq, head.seq);',
      },
    ],
    killers: [{ file: 'test/flow/export-user.test.ts', tests: 'has the groups in which it is' }],
  },
  {
    name: 'seq outside the script',
    edits: [
      {
        file: append,
        from: 'group.epoch, group.seq + 1',
        to: "group.epoch, tonumber(call('HGET', group_key, 'seq'))",
      },
      {
        file: 'packages/redis/src/log/append-batches.ts',
        from: `(redis, deadlineMs) => runEncoded(redis, appendMessages, encoded.argumentsFor(deadlineMs)),`,
        to: `async (redis, deadlineMs) => {
          for (const { message } of appends) await redis.hincrby(this.#keys.group(message.groupId), 'seq', 1);
          return runEncoded(redis, appendMessages, encoded.argumentsFor(deadlineMs));
        },`,
      },
    ],
    killers: [
      conformance('gives concurrent senders dense seqs, each message one'),
      judgedHistory('a Redis that is killed and back has each acked message once; devices are complete'),
    ],
  },
  {
    name: 'ack before store',
    edits: [
      {
        file: groupLog,
        from: '    if (!this.#due.hasToWait(send)) this.#addToBatch(send, false);',
        to: `    this.heads([groupId]).then((heads) => {
      const { epoch = '', seq = 0 } = heads.get(groupId) ?? {};
      send.resolve(appendedAt({ epoch, seq: seq + 1, recipientsCount: 1, timestampMs: 0 }, false));
      this.#addToBatch(send, false);
    });`,
      },
    ],
    killers: [
      conformance('without an end is refused to the sender'),
      judgedHistory('a Redis that is killed and back has each acked message once; devices are complete'),
    ],
  },
  {
    name: 'fail on timeout',
    edits: [
      {
        file: 'packages/redis/src/script-calls/bounded-calls.ts',
        from: 'deadlineMs !== null && (wasConnected || this.#connects !== connectsBefore)',
        to: 'deadlineMs !== null && !wasConnected && this.#connects !== connectsBefore',
      },
    ],
    killers: [
      {
        file: 'packages/redis/test/scripts/away.test.ts',
        tests: 'a frozen Redis leaves the outcome unknown',
      },
    ],
  },
  {
    name: 'no barrier before another change',
    edits: [
      {
        file: 'packages/redis/src/script-calls/script-calls.ts',
        from: '    if (!isGathered) this.#sendGathered();\n',
        to: '',
      },
    ],
    killers: [{ file: batches, tests: 'a change that follows a message in the same tick comes after it' }],
  },
  {
    name: 'seq not written after an error of a message',
    edits: [
      { file: append, from: "  call('HSET', group_key, 'seq', seq_text)\n", to: '' },
      {
        file: append,
        from: '  return answer\nend',
        to: "  call('HSET', group_key, 'seq', seq_text)\n  return answer\nend",
      },
    ],
    killers: [{ file: batches, tests: 'a message that fails after it got its number' }],
  },
  {
    name: 'an error ends the whole batch',
    edits: [
      {
        file: append,
        from: "if messages_count == '1' then reply = append_message() else is_done, reply = pcall(append_message) end",
        to: 'reply = append_message()',
      },
    ],
    killers: [
      { file: batches, tests: 'a group whose key has another type harms no other group of the batch' },
    ],
  },
  {
    name: 'one epoch offer for all groups of a batch',
    edits: [
      {
        file: 'packages/redis/src/log/append-arguments.ts',
        from: 'bulk(this.#random.token())',
        to: "bulk('0123456789abcdef')",
      },
    ],
    killers: [
      { file: batches, tests: 'a failover between two batches begins an epoch of its own in each group' },
    ],
  },
  {
    name: 'a later message passes one that waits for due mutes',
    edits: [
      {
        file: groupLog,
        from: 'if (!this.#due.hasToWait(send)) this.#addToBatch(send, false);',
        to: 'this.#addToBatch(send, false);',
      },
    ],
    killers: [{ file: batches, tests: 'messages to a group whose mutes are due keep their order' }],
  },
  {
    name: 'publish before write',
    edits: [
      { file: append, from: `${publication}  return`, to: '  return' },
      { file: append, from: "  add_to_log(seq_text, 'm'", to: `${publication}  add_to_log(seq_text, 'm'` },
    ],
    killers: [{ file: 'packages/redis/test/scripts/publish-last.test.ts' }],
  },
  {
    name: 'deadline not checked in the script',
    edits: [
      {
        file: admission,
        from: "  if now > tonumber(deadline_ms) then return { 'late', integer(now) } end\n",
        to: '',
      },
    ],
    killers: [
      {
        file: 'packages/redis/test/scripts/away.test.ts',
        tests: 'a frozen Redis leaves the outcome unknown',
      },
      { file: 'packages/redis/test/scripts/deadline.test.ts' },
    ],
  },
  {
    name: 'mute not checked in the script',
    edits: [
      {
        file: admission,
        from: "  if sender.status == 'm' then return refusal(now, 'muted', sender.ends_at) end\n",
        to: '',
      },
    ],
    killers: [conformance('without an end is refused to the sender without a time to come back')],
  },
  {
    name: 'rate not checked in the script',
    edits: [
      {
        file: append,
        from: "    if not full_again_at then return refusal(now, 'rate_limited', retry_after_ms) end\n",
        to: '',
      },
    ],
    killers: [conformance('through and refuses the rest')],
  },
  {
    name: 'queue limit not checked in the script',
    edits: [{ file: append, from: 'queued >= tonumber(room_queue_limit)', to: 'queued < 0' }],
    killers: [conformance('messages above the limit are refused until the archive has passed some')],
  },
  {
    name: 'a failover begins no epoch',
    edits: [
      {
        file: 'packages/redis/lua/lib/epoch.lua',
        from: "if string.find(info, 'master_replid:' .. group.hist, 1, true) then return end",
        to: 'if info then return end',
      },
    ],
    killers: [
      {
        file: 'packages/redis/test/scripts/append-messages.test.ts',
        tests: 'in another history of replication',
      },
      judgedHistory('a Redis that is killed and back has each acked message once; devices are complete'),
    ],
  },
  {
    name: 'moderation fails open',
    edits: [
      {
        file: 'packages/core/src/adapters/guards.ts',
        from: "if (onFailure === 'open') return null;",
        to: "if (onFailure === 'open' || denial === 'moderation_blocked') return null;",
      },
    ],
    killers: [{ file: 'packages/core/test/pipeline.test.ts', tests: 'is no adapter that allows' }],
  },
];
