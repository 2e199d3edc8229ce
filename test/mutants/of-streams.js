/** Faults of messages that are written while they are read, of messages that expire, and of requests to join that end. */
import { conformance } from './mutant.js';

const lua = 'packages/redis/lua';
const append = `${lua}/append-text.lua`;
const gatherer = 'packages/core/src/operations/append-gatherer.ts';
/** A file alone is sooner done than all suites. @param {string} tests */
const ofMessages = (tests) => ({ file: 'packages/redis/test/conformance/messages.test.ts', tests });
/** @param {string} tests */
const onMemory = (tests) => ({ file: 'packages/memory/src/conformance.test.ts', tests });
/** @param {string} tests */
const gathering = (tests) => ({ file: 'packages/core/src/operations/append-gatherer.test.ts', tests });
const inNoKey = {
  file: 'packages/redis/test/messages/open-messages.test.ts',
  tests: 'what was appended is in no key after a take-down or an edit',
};

/** One line that is spoilt. @param {string} name @param {readonly [file: string, from: string, to: string]} edit @param {import('./mutant.js').Killer} killer */
const mutant = (name, [file, from, to], killer) => ({ name, edits: [{ file, from, to }], killers: [killer] });

/** @type {readonly import('./mutant.js').Mutant[]} */
const streams = [
  mutant(
    'a text that comes again while it waits is appended again',
    [gatherer, ' || ids.has(command.request.id)) break;', ') break;'],
    gathering('a request that comes again while it waits is appended once'),
  ),
  mutant(
    'a text comes before an earlier one that was refused for now',
    [gatherer, 'isPassing(outcome) ? [...left, ...behind.splice(0)] : left', 'left'],
    gathering('no text is appended after one that waits before it and was refused for now'),
  ),
  mutant(
    'any member appends to any message',
    [append, "elseif message.author ~= actor then\n  return refuse('not_author')\n", ''],
    ofMessages('is appended to by its author only, while it may send'),
  ),
  mutant(
    'an open message holds any number of bytes',
    [append, 'if bytes > tonumber(bytes_max) then', 'if false then'],
    ofMessages('holds 65,536 appended bytes'),
  ),
  mutant(
    'a text that is known is appended again in the company of others',
    [append, "if redis.call('GET', other.key) then return", 'if false then return'],
    ofMessages('takes texts of several requests as one entry, and none of them twice'),
  ),
  mutant(
    'the owner closes messages whose time is not over',
    [append, 'if closes_at > now and is_author_here() then return unchanged(state, {}) end', ''],
    ofMessages('is closed by the owner of the partition after a '),
  ),
  mutant(
    'an author that goes leaves its messages open',
    [
      `${lua}/lib/removal.lua`,
      "redis.call('ZADD', due_key, 'XX', integer(-group.seq - (members_version or 0)), '$timed:' .. group_id)",
      '',
    ],
    ofMessages('is closed by the owner of the partition after a '),
  ),
  mutant(
    'the owner forgets an author that goes while it looks at others',
    [
      `${lua}/settle-timed.lua`,
      "if at and score and tonumber(score) ~= tonumber(seen) then return { 'settled', now } end\n",
      '',
    ],
    ofMessages('is closed if its author leaves while the owner looks at the others'),
  ),
  mutant(
    'a full room keeps messages open',
    [
      'packages/core/src/log/message-commands.ts',
      'queuing.has(operation) && !isClosing ?',
      'queuing.has(operation) ?',
    ],
    ofMessages('is closed after its author has left while the room queue is full'),
  ),
  mutant(
    'a take-down leaves what was appended',
    [`${lua}/take-down-message.lua`, 'drop_appended(target_seq)\n', ''],
    inNoKey,
  ),
  mutant(
    'an edit leaves what was appended',
    [`${lua}/edit-message.lua`, 'drop_appended(target_seq)\n', ''],
    inNoKey,
  ),
  mutant(
    'a reader of an open message gets its first words only',
    [
      'packages/redis/src/log/present-state.ts',
      "state.appended === '' ? {}",
      'state.appended.length >= 0 ? {}',
    ],
    ofMessages('has the text so far at its own seq, and each entry its own text'),
  ),
  mutant(
    'the fold appends what the message has already',
    [
      'packages/client/src/messages/present-after.ts',
      '  if (change.seq <= stateSeqOf(message)) return message;\n',
      '',
    ],
    { file: 'packages/client/test/view.property.test.ts' },
  ),
];

const atEveryDoor = ofMessages('has no text from its end on, at every door, before the owner takes it down');

/** @type {readonly import('./mutant.js').Mutant[]} */
const expiring = [
  mutant(
    'a message is read after its end',
    [
      'packages/redis/src/log/log-reader.ts',
      'if (isPast(expiresAt, nowMs)) {',
      'if (isPast(expiresAt, 0)) {',
    ],
    atEveryDoor,
  ),
  mutant(
    'an edit of a message is read after its end',
    [
      'packages/redis/src/log/present-state.ts',
      "record === '' || isPast(expiresAt, nowMs) ? null",
      "record === '' ? null",
    ],
    atEveryDoor,
  ),
  mutant(
    'a message is changed after its end',
    [
      `${lua}/lib/message-change.lua`,
      'if not message or not message.fields or has_expired(message) then',
      'if not message or not message.fields then',
    ],
    ofMessages('is not changed and not answered after its end'),
  ),
  mutant(
    'a message that the log has lost is not taken down at its end',
    [`${lua}/take-down-message.lua`, "(is_expired == '0' or not is_of_this_group())", 'true'],
    ofMessages('that the log has lost is taken down for the archive and for devices'),
  ),
  mutant(
    'the end of a message comes into a later group with the same id',
    [`${lua}/take-down-message.lua`, "(is_expired == '0' or not is_of_this_group())", "is_expired == '0'"],
    ofMessages('of a deleted group leaves nothing in the next group with its id'),
  ),
  mutant(
    'the end of a message in memory comes into a later group with the same id',
    [
      'packages/memory/src/messages/change-message.ts',
      'entry === null && command.target.epoch === group.log.epoch;',
      'entry === null;',
    ],
    onMemory('of a deleted group leaves nothing in the next group with its id'),
  ),
  mutant(
    'a message that expires is never due',
    [
      `${lua}/lib/extras.lua`,
      "    add_timed(extra.timed_key, extra.due_key, epoch .. '-' .. integer(seq), extra.expires_at)\n",
      '',
    ],
    ofMessages('is taken down once by the owner, with the reason `expired`'),
  ),
];

/** @type {readonly import('./mutant.js').Mutant[]} */
const requests = [
  mutant(
    'a request has no end',
    [`${lua}/join-group.lua`, 'ends_at = ttl_ms and now + ttl_ms,', 'ends_at = nil,'],
    conformance('ends at its time: the owner writes the entry in a group that gets no request'),
  ),
  mutant(
    'a request counts until its entry',
    ['packages/redis/src/script-calls/member-record.ts', "|| (status === 'p' && hasEnded)", ''],
    conformance('counts as ended before its entry: for reads, counts, lists and messages'),
  ),
  mutant(
    'the end of a request is not told to who accepts it',
    [
      `${lua}/lib/accept-checks.lua`,
      "has_expired and 'request_expired' or 'user_not_in_group'",
      "'user_not_in_group'",
    ],
    conformance('is answered as such when it is accepted or rejected, also after the owner has ended it'),
  ),
  mutant(
    'the trace of a request ends a later one',
    [
      `${lua}/lib/due-mutes.lua`,
      'if not member or not member.ends_at then',
      "if not member or not member.ends_at and member.status ~= 'p' then",
    ],
    {
      file: 'packages/redis/test/scripts/join-group.test.ts',
      tests: 'a request without an end outlives the trace of an earlier one that has ended',
    },
  ),
];

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfStreams = [...streams, ...expiring, ...requests];
