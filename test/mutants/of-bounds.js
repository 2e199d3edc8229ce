/** Faults in what bounds one user, one group and one peer: budgets, buckets, places, pages, and the age of a token. */
import { conformance } from './mutant.js';

const unreadBudget = 'packages/gateway/src/outbound/unread-budget';
const usualSends = 'packages/gateway/src/sockets/usual-sends.ts';
const usualSendsTest = 'packages/gateway/test/usual-sends.test.ts';
const directWrites = 'packages/gateway/src/outbound/direct-writes.ts';
const directWritesTest = 'packages/gateway/test/direct-writes.test.ts';
const worstFirst = 'packages/gateway/src/outbound/worst-first';
const readGate = 'packages/gateway/src/outbound/read-gate';
const claims = 'packages/adapters/src/auth/claims.ts';
const change = 'packages/redis/lua/lib/change-checks.lua';
const isOpen = '    return this.#atWork < this.#readsAtWorkMax && this.#budget.hasCapacity;';

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfBounds = [
  {
    name: 'the short way takes a message of any size',
    edits: [
      {
        file: 'packages/gateway/src/requests/usual-frame.ts',
        from: ' || exceedsBytes(message, messageMaxBytes)',
        to: '',
      },
    ],
    killers: [
      { file: usualSendsTest, tests: 'takes the ordinary way' },
      { file: 'test/flow/usual-sends.test.ts', tests: 'the same frames get the same answers' },
    ],
  },
  {
    name: 'an id keeps the text of its frame in memory',
    edits: [
      {
        file: 'packages/gateway/src/requests/usual-frame.ts',
        from: '      groupId: copied,',
        to: '      groupId,',
      },
    ],
    killers: [
      {
        file: 'packages/gateway/src/requests/usual-frame.test.ts',
        tests: 'an id that is kept does not keep the text of its frame',
      },
    ],
  },
  {
    name: 'the short way passes frames on the ordinary one',
    edits: [{ file: usualSends, from: 'this.#undispatched > 0 || ', to: '' }],
    killers: [
      { file: usualSendsTest, tests: 'a frame behind one on the ordinary way takes it too' },
      { file: 'test/flow/usual-sends.test.ts', tests: 'the same frames get the same answers' },
    ],
  },
  {
    name: 'the short way has no bound of open requests',
    edits: [
      {
        file: 'packages/gateway/src/sockets/session.ts',
        from: '    if (this.#inFlight >= inFlightMax) return false;\n',
        to: '',
      },
    ],
    killers: [{ file: usualSendsTest, tests: 'both ways share the 256 open requests of a socket' }],
  },
  {
    name: 'the short way is not counted as frames',
    edits: [{ file: usualSends, from: "    socket.conn.transport.emit('packet', anyPacket);\n", to: '' }],
    killers: [{ file: usualSendsTest, tests: 'every frame counts against the frames of a second' }],
  },
  {
    name: 'a direct write drops the rest of the queue',
    edits: [
      {
        file: directWrites,
        from: 'queue.length === 1 ? queue[0]',
        to: 'queue.length > 0 ? queue[0]',
      },
    ],
    killers: [{ file: directWritesTest, tests: 'a control packet of Engine.IO stays in its place' }],
  },
  {
    name: 'what is gathered passes a packet of Engine.IO',
    edits: [
      {
        file: 'packages/gateway/src/outbound/gathered.ts',
        from: ' || queueOf(this.#conn)?.at(-1) !== this.#packet',
        to: '',
      },
    ],
    killers: [{ file: directWritesTest, tests: 'packets of Engine.IO keep their place' }],
  },
  {
    name: 'a direct write does not wait for the kernel',
    edits: [
      { file: directWrites, from: "  else tcp.write('', () => resume(line));", to: '  else resume(line);' },
    ],
    killers: [{ file: directWritesTest, tests: 'while the peer does not read' }],
  },
  {
    name: 'a full process has room',
    edits: [
      {
        file: `${unreadBudget}.ts`,
        from: '    return this.#allBytes < this.#options.bounds.perProcess;',
        to: '    return true;',
      },
    ],
    killers: [
      {
        file: `${unreadBudget}.test.ts`,
        tests: 'a full process has no room until it has cut peers that do not read',
      },
    ],
  },
  {
    name: 'a closed connection still counts',
    edits: [
      {
        file: `${unreadBudget}.ts`,
        from: `    if (this.#waiting.has(outbound)) this.#bytes = Math.max(0, this.#bytes - outbound.bytes);
    outbound.bytes = 0;
    this.#rest(outbound);
`,
        to: '',
      },
    ],
    killers: [{ file: `${unreadBudget}.test.ts` }],
  },
  {
    name: 'the smallest connection is cut first',
    edits: [
      {
        file: `${worstFirst}.ts`,
        from: 'isRipe).sort((one, other) => other.bytes - one.bytes)',
        to: 'isRipe).sort((one, other) => one.bytes - other.bytes)',
      },
    ],
    killers: [{ file: `${worstFirst}.test.ts`, tests: 'the largest connection first' }],
  },
  {
    name: 'a peer that reads is cut',
    edits: [
      {
        file: `${worstFirst}.ts`,
        from: 'this.left.filter(({ isRipe }) => isRipe).sort(',
        to: '[...this.left].sort(',
      },
    ],
    killers: [
      {
        file: `${worstFirst}.test.ts`,
        tests: 'a connection whose peer still takes what it is sent is passed over',
      },
    ],
  },
  {
    name: 'a read begins without room',
    edits: [{ file: `${readGate}.ts`, from: isOpen, to: '    return this.#atWork < this.#readsAtWorkMax;' }],
    killers: [{ file: `${readGate}.test.ts`, tests: 'no read begins without capacity' }],
  },
  {
    name: 'any number of reads at a time',
    edits: [{ file: `${readGate}.ts`, from: isOpen, to: '    return this.#budget.hasCapacity;' }],
    killers: [{ file: `${readGate}.test.ts`, tests: '32 reads are at work at a time' }],
  },
  {
    name: 'any number of bans',
    edits: [
      {
        file: 'packages/redis/lua/ban-member.lua',
        from: "if not is_banned and bans_max ~= '' and redis.call",
        to: 'if false and redis.call',
      },
    ],
    killers: [conformance('is bounded per group: one more is refused, a second ban of the same user is not')],
  },
  {
    name: 'a change costs no token',
    edits: [{ file: change, from: '  if full_again_at then charge(full_again_at, now) end\n', to: '' }],
    killers: [conformance('counts every kind of change of a user in a group together, its creation too')],
  },
  {
    name: 'changes are accepted above the room of the archive',
    edits: [
      {
        file: change,
        from: "  if queue_limit ~= '' and tonumber",
        to: '  if false and tonumber',
      },
    ],
    killers: [conformance('counts group events: with the archive away changes are refused as messages are')],
  },
  {
    name: 'any number of groups of one user',
    edits: [
      {
        file: 'packages/redis/lua/reserve-place.lua',
        from: '>= tonumber(max) then',
        to: '>= math.huge then',
      },
    ],
    killers: [
      conformance('is bounded, of each user by itself, and a deleted group gives its place back'),
      conformance('is bounded: an answered request gives its place back, public groups do not count'),
    ],
  },
  {
    name: 'a token of any age',
    edits: [
      {
        file: claims,
        from: 'maxAgeMs === null ? longestMs : Math.min(issuedAtMs + maxAgeMs, longestMs)',
        to: 'longestMs',
      },
    ],
    killers: [
      { file: 'packages/adapters/src/auth/jwt.test.ts', tests: 'without exp ends a day after it was issued' },
    ],
  },
  {
    name: 'a token beyond every revocation',
    edits: [{ file: claims, from: 'return Math.min(saidMs, longestMs);', to: 'return saidMs;' }],
    killers: [{ file: 'packages/adapters/src/auth/jwt.test.ts', tests: 'counts for 400 days at most' }],
  },
  {
    name: 'a reason is not moderated',
    edits: [
      {
        file: 'packages/core/src/operations/guarded-change.ts',
        from: "  if ('reason' in command) return moderated('reason', command.reason ?? '');\n",
        to: '',
      },
    ],
    killers: [{ file: 'test/flow/moderated-changes.test.ts', tests: 'reason' }],
  },
  {
    name: 'an answer counts in a log that has lost it',
    edits: [
      {
        file: 'packages/redis/lua/lib/dedupe.lua',
        from: 'if epoch == past_epoch then return seq <= tonumber(end_seq) end',
        to: 'if epoch == past_epoch then return true end',
      },
    ],
    killers: [
      {
        file: 'packages/redis/test/scripts/append-messages.test.ts',
        tests: 'a retry is stored again where a failover lost the first, and answered where it was kept',
      },
    ],
  },
  {
    name: 'a page of any size',
    edits: [
      {
        file: 'packages/redis/lua/read-range.lua',
        from: 'if left == 0 or (bytes > tonumber(max_bytes) and size > HEAD_WORDS) then return false end',
        to: 'if left == 0 then return false end',
      },
    ],
    killers: [conformance('ends before it is larger than an answer may be, and is continued where it ended')],
  },
];
