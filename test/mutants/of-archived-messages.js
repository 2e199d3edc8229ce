/** Faults of what readers of the archive get while it lags, and of changes of messages that only the archive has. */

const takeDown = 'packages/redis/lua/take-down-message.lua';
const present = 'packages/core/src/operations/present-archived.ts';
const onCore = (/** @type {string} */ tests) => ({
  file: 'packages/core/test/delivery/archived-present.test.ts',
  tests,
});
const onMemory = (/** @type {string} */ tests) => ({
  file: 'packages/memory/src/conformance.test.ts',
  tests,
});
const onRedis = (/** @type {string} */ tests) => ({
  file: 'packages/redis/test/conformance/messages.test.ts',
  tests,
});
const stays = {
  file: 'packages/redis/test/messages/tombstones.test.ts',
  tests: 'a take-down stays until the archive has it, and an hour longer',
};
const editMessage = 'packages/redis/lua/edit-message.lua';
const onEdits = (/** @type {string} */ tests) => ({
  file: 'packages/core/test/delivery/archived-edits.test.ts',
  tests,
});
const isLate = onCore('a message that only the archive has is taken down, though the archive gets it later');
const isOnItsWay = onCore('that was read before a take-down, and is answered after it, has no text');

/** One line that is spoilt. @param {string} name @param {readonly [file: string, from: string, to: string]} edit @param {readonly import('./mutant.js').Killer[]} killers */
const mutant = (name, [file, from, to], ...killers) => ({ name, edits: [{ file, from, to }], killers });

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfArchivedMessages = [
  mutant(
    'a take-down is forgotten before the archive has it',
    [takeDown, "taken_down_key, '+inf', message_id)", 'taken_down_key, integer(now), message_id)'],
    stays,
  ),
  mutant(
    'a repeated take-down is as good as delivered',
    [takeDown, "'ZADD', taken_down_key, 'NX', ", "'ZADD', taken_down_key, "],
    stays,
  ),
  mutant(
    'a take-down that the archive has is never forgotten',
    [
      'packages/redis/lua/commit-delivery.lua',
      "  if message_id then redis.call('ZADD', taken_down_key, 'XX', integer(now), message_id) end\n",
      '',
    ],
    stays,
  ),
  mutant(
    'an old take-down leaves its tombstone',
    [
      'packages/redis/lua/lib/tombstones.lua',
      "    redis.call('HDEL', tombstones_key, unpack(forgotten))\n",
      '',
    ],
    stays,
  ),
  mutant(
    'memory forgets a take-down before the archive has it',
    [
      'packages/memory/src/delivery/partition-outbox.ts',
      '{ takeDown, untilMs: Number.POSITIVE_INFINITY }',
      '{ takeDown, untilMs: nowMs }',
    ],
    onMemory('is a take-down until the archive has its entry, and longer'),
  ),
  mutant(
    'a page of the archive is shown as the archive has it',
    ['packages/core/src/operations/history-page.ts', 'if (cut === undefined) return', 'if (true) return'],
    isLate,
  ),
  mutant(
    'a search shows what the archive has found',
    ['packages/core/src/operations/search.ts', 'entries: present.filter(', 'entries: entries.filter('],
    isLate,
  ),
  mutant(
    'an edit that the archive has not got is not shown',
    [
      'packages/core/src/log/known-state.ts',
      '...(edit === null ? own : {',
      '...(edit?.edits !== 0 ? own : {',
    ],
    onCore('an edit and reactions that the log still has are shown, though the archive gets them later'),
  ),
  mutant(
    'a take-down on its way to the archive is not looked at',
    [present, 'state === undefined ? entry : withKnownState(entry, state)', 'entry'],
    isOnItsWay,
  ),
  mutant(
    'the archive is asked without a token',
    ['packages/redis/lua/lib/lost-messages.lua', '  if limited then return limited end\n', ''],
    onRedis('takes a token of a user before the archive is asked'),
  ),
  mutant(
    'any member takes down what only the archive has',
    [
      takeDown,
      'if actor ~= SERVICE and message.author ~= actor and',
      'if actor ~= SERVICE and not message.is_archived and message.author ~= actor and',
    ],
    onRedis('is for its author, admins and the service'),
  ),
  mutant(
    'a message that only the archive has is taken down twice',
    [
      takeDown,
      "local known = not is_in_log and redis.call('HGET', tombstones_key, message_id)",
      'local known = false',
    ],
    onRedis('is an entry with what the archive needs of the message, and again it gives its place'),
  ),
  mutant(
    'the archive cannot make a tombstone of what it has not got',
    [
      takeDown,
      "append_change({ type = 'deleted', tail = reason_field, outbox_tail = sent_field })",
      "append_change({ type = 'deleted', tail = reason_field })",
    ],
    onRedis('is an entry with what the archive needs of the message, and again it gives its place'),
  ),
  mutant(
    'an edit does not ask whether the archive lags',
    ['packages/core/src/operations/archived-edit.ts', 'if (!isArchived) return archiveBehind;', ''],
    onEdits('an entry that the archive has refused delays such an edit until it is given up'),
  ),
  mutant(
    'an edit does not look at the last entry that the archive shows',
    [
      'packages/core/src/operations/archived-edit.ts',
      'if (isWhole === false) return',
      'if (isWhole === null) return',
    ],
    onEdits('an archive that shows late what it has taken lags, too'),
  ),
  mutant(
    'what the log has lost since the archive was read is not looked at',
    [editMessage, '  if first_in_log() - 1 > tonumber(through) then return nil end\n', ''],
    onRedis('until the log loses a later change'),
  ),
  mutant(
    'an edit brings a message back that was taken down',
    [editMessage, " and not redis.call('HGET', tombstones_key, message_id) then", ' then'],
    onRedis('is no edit of a message that was taken down, also before the archive has that'),
  ),
  mutant(
    'an edit of what only the archive has hides the reactions',
    [editMessage, "    kind = 'a',", "    kind = 'p',"],
    onRedis('is an entry with the number that follows, and shown in place of what the archive has'),
  ),
  mutant(
    'the erasure of a user leaves the edits of what only the archive has',
    ['packages/redis/lua/find-written.lua', "'^[paof] (", "'^[pof] ("],
    onRedis('is found among what its author wrote'),
  ),
  mutant(
    'retries of the archive count as delivered',
    ['packages/redis/lua/read-lost.lua', 'retries + letters == 0', 'letters == 0'],
    onRedis('if none of the group is retried or a dead letter'),
  ),
  mutant(
    'what waits for the archive is not looked at when the log has lost it',
    [takeDown, "archived == '' and is_certain and is_queue_counted == '1'", 'false'],
    onRedis('says what the archive needs of the message if the message waits for it still'),
  ),
];
