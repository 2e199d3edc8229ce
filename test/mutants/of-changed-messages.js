/** Faults of edits, reactions, pins, imports, and of changed messages in the archive; on both engines. */
const lua = 'packages/redis/lua';
const edit = `${lua}/edit-message.lua`;
const reaction = `${lua}/change-reaction.lua`;
const pin = `${lua}/change-pin.lua`;
const takeDown = `${lua}/take-down-message.lua`;
const archive = 'packages/adapters/src/archive';
/** A file alone is sooner done than all suites. @param {string} file */
const conformance = (file) => (/** @type {string} */ tests) => ({
  file: `packages/redis/test/conformance/${file}.test.ts`,
  tests,
});
const ofMessages = conformance('messages');
const ofGroups = conformance('groups');
const byRules = conformance('rules');
const onRedis = (/** @type {string} */ tests) => ({
  file: 'packages/redis/test/messages/message-changes.test.ts',
  tests,
});
const onMemory = (/** @type {string} */ tests) => ({
  file: 'packages/memory/src/conformance.test.ts',
  tests,
});
const onPostgres = (/** @type {string} */ tests) => ({ file: 'packages/adapters/test/postgres', tests });
const noText = onPostgres('after a take-down no table has any text of the message, nor a reaction');

/** One line that is spoilt. @param {string} name @param {readonly [file: string, from: string, to: string]} edit @param {import('./mutant.js').Killer} killer */
const mutant = (name, [file, from, to], killer) => ({ name, edits: [{ file, from, to }], killers: [killer] });

/** @type {readonly import('./mutant.js').Mutant[]} */
const edits = [
  mutant(
    'any member edits any message',
    [edit, "if message.author ~= actor then return refuse('not_author') end\n", ''],
    byRules('edit_message in a public group'),
  ),
  mutant(
    'an edit has no window',
    [
      edit,
      "> window_ms or window_ms == 0 then return refuse('edit_window_over') end",
      '> window_ms then end',
    ],
    ofMessages('is possible within the window of the group, and never if it has none'),
  ),
  mutant(
    'an equal edit writes an entry',
    [
      edit,
      "local is_unchanged = (state.kind == 'p' or state.kind == 'a') and text",
      "local is_unchanged = false and state.kind == 'p' and text",
    ],
    ofMessages('of an unchanged message answers with its present values and writes nothing'),
  ),
  mutant(
    'an edit takes away the metadata that it does not give',
    [edit, "metadata ~= '' and metadata or old.metadata", 'metadata'],
    ofMessages('keeps what it does not give, and replaces what it gives'),
  ),
  mutant(
    'an edit mentions users that receive nothing',
    [edit, "if receiver and receiver.status ~= 'p' then", 'if true then'],
    ofMessages('keeps what it does not give, and replaces what it gives'),
  ),
  mutant(
    'a message is changed by users who may not post',
    [
      `${lua}/lib/message-change.lua`,
      "if posting == 'n' or posting == 'a' and member.role ~= 'a' then return refuse('posting_restricted') end",
      '',
    ],
    ofMessages('needs the right to post, and so does a reaction; a take-down does not'),
  ),
  mutant(
    'an edit in memory mentions users that receive nothing',
    [
      'packages/memory/src/messages/steps.ts',
      'isReceiver(group.member(userId, nowMs));',
      'isReceiver(group.member(userId, nowMs)) || true;',
    ],
    onMemory('keeps what it does not give, and replaces what it gives'),
  ),
];

/** @type {readonly import('./mutant.js').Mutant[]} */
const takeDowns = [
  mutant(
    'any member takes any message down',
    [takeDown, 'not is_moderator(member) then', 'false then'],
    byRules('delete_message in a public group'),
  ),
  mutant(
    'a message that was taken down stays pinned',
    [takeDown, 'save_pins(without_pin(read_pins(), message_id))\n', ''],
    ofMessages('leaves a tombstone at the seq of the message, and nothing of its text'),
  ),
  mutant(
    'a message that was taken down is known to be changed, not to be gone',
    [takeDown, 'state.is_deleted = true\n', ''],
    ofMessages('is final: again it gives the same place, and every other change finds no message'),
  ),
  mutant(
    'a take-down looks for copies of an import from the time of the message on',
    [takeDown, 'not fields.imported and ', ''],
    ofMessages('with a time to come leaves nothing that waits when its message is taken down'),
  ),
  mutant(
    'a take-down in memory leaves the edited text',
    ['packages/memory/src/messages/steps.ts', '  message.body = null;\n', ''],
    onMemory('leaves a tombstone at the seq of the message, and nothing of its text'),
  ),
  mutant(
    'states outlive the entries that need them',
    [`${lua}/lib/message-states.lua`, "    redis.call('HDEL', present_key, seq)\n", ''],
    onRedis('states live as long as the log'),
  ),
];

/** @type {readonly import('./mutant.js').Mutant[]} */
const reactionsAndPins = [
  mutant(
    'a user reacts twice',
    [reaction, 'local had_put = found ~= nil and has_reacted(found)', "local had_put = is_put == '0'"],
    ofMessages('counts each user once, and shows a reader whether it is one of them'),
  ),
  mutant(
    'a user puts any number of reactions',
    [reaction, 'if own_count() >= tonumber(own_reactions_max) then', 'if false then'],
    ofMessages('has its bounds: of one user on a message, and of different ones'),
  ),
  mutant(
    'a message has any number of different reactions',
    [reaction, 'if not found and different >= tonumber(reactions_max) then', 'if false then'],
    ofMessages('has its bounds: of one user on a message, and of different ones'),
  ),
  mutant(
    'two forms of the same letters are two reactions',
    [
      reaction,
      'if known.name == reaction_key then found = at end',
      'if known.shown == reaction then found = at end',
    ],
    ofMessages('is the same in both forms of its letters, and shown in the first'),
  ),
  mutant(
    'every reader has reacted',
    [`${lua}/lib/own-reactions.lua`, "score and '1' or '0'", "'1'"],
    ofMessages('counts each user once, and shows a reader whether it is one of them'),
  ),
  mutant(
    'any member pins',
    [pin, 'if actor ~= SERVICE and not is_moderator(member) then', 'if false then'],
    byRules('pin_message in a public group'),
  ),
  mutant(
    'any number of pins',
    [pin, 'if wants_pin and not was_pinned and #pins >= tonumber(pins_max) then', 'if false then'],
    ofMessages('is refused beyond the bound, and again when another one has ended'),
  ),
  mutant(
    'a deleted group has pins',
    [`${lua}/read-pins.lua`, "if redis.call('HGET', group_key, 'deleted') then return reply end\n", ''],
    ofMessages('ends with its group'),
  ),
];

/** @type {readonly import('./mutant.js').Mutant[]} */
const imports = [
  mutant(
    'an import that comes again is appended again',
    [`${lua}/import-messages.lua`, 'local skipped = known - tonumber(position)', 'local skipped = 0'],
    ofMessages('takes each place of an import once, however the batches overlap'),
  ),
  mutant(
    'an import forgets how far it is',
    [`${lua}/import-messages.lua`, "import_id .. ' ' .. imported)", "import_id .. ' 0')"],
    ofMessages('that comes fifty times at once is taken once'),
  ),
  mutant(
    'an import in memory is appended again',
    ['packages/memory/src/log/imports.ts', 'messages.slice(known - position)', 'messages.slice(0)'],
    onMemory('takes each place of an import once, however the batches overlap'),
  ),
];

/** @type {readonly import('./mutant.js').Mutant[]} */
const archived = [
  mutant(
    'the archive keeps the row of a message that was taken down',
    [
      `${archive}/changed-messages.ts`,
      'if (takeDown !== null) return { ...row, message: null, details: null };',
      'if (takeDown !== null) return row;',
    ],
    noText,
  ),
  mutant(
    'the archive keeps the previous texts of a message that was taken down',
    [
      `${archive}/changed-messages.ts`,
      "const textTables = ['plenum_previous_texts', ",
      'const textTables = [',
    ],
    noText,
  ),
  mutant(
    'the archive keeps the edited text of a message that was taken down',
    [`${archive}/message-states.ts`, 'latest, edit: null, takeDown:', 'latest, takeDown:'],
    noText,
  ),
  mutant(
    'an edit that comes late replaces a later one',
    [
      `${archive}/message-states.ts`,
      '  return isLater(place, held)\n    ? ',
      '  return place.seq > 0\n    ? ',
    ],
    onPostgres('the page is the same in whatever order and however often the entries come'),
  ),
];

/** @type {readonly import('./mutant.js').Mutant[]} */
const invites = [
  mutant(
    'a user that was banned is invited',
    [`${lua}/invite-member.lua`, "if is_banned then return refuse('banned', banned_until) end\n", ''],
    byRules('invite_member in a public group'),
  ),
  mutant(
    'an invite is all accepts that its user needs',
    [`${lua}/join-group.lua`, '(inviter == SERVICE or accepts_needed() == 1)', 'true'],
    ofGroups('is what an invite counts for: its user joins as an applicant with one'),
  ),
  mutant(
    'the service needs the accepts of others',
    [`${lua}/accept-member.lua`, 'actor == SERVICE and 1 or accepts_needed()', 'accepts_needed()'],
    ofGroups('by the service is enough'),
  ),
  mutant(
    'the push of an invite comes again behind its end',
    [
      'packages/core/src/feed/known-members.ts',
      'if (!isApplied && !this.#members.has(userId))',
      'if (!this.#members.has(userId))',
    ],
    {
      file: 'packages/core/src/feed/known-members.test.ts',
      tests: 'an invite whose nudge comes after its entry and its end is pushed once',
    },
  ),
  mutant(
    'slow mode holds for those with a role',
    [`${lua}/lib/admission.lua`, "if slow_mode_ms == 0 or role ~= 'm' then", 'if slow_mode_ms == 0 then'],
    ofMessages('does not hold for an admin'),
  ),
];

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfChangedMessages = [
  ...edits,
  ...takeDowns,
  ...reactionsAndPins,
  ...imports,
  ...archived,
  ...invites,
];
