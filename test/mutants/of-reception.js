/** Faults between a node's subscription and its sockets: what would be lost, doubled, or given to the wrong people. */
import { feedSimulation, judgedHistory } from './mutant.js';

const feed = 'packages/core/src/feed/feed.ts';
const transport = 'packages/redis/src/pubsub/feed-transport.ts';
const groupLog = 'packages/redis/src/log/group-log.ts';
const ownFeed = 'packages/core/test/own-entries.test.ts';
/** @param {string} tests @returns {import('./mutant.js').Killer} */
const ownEntries = (tests) => ({ file: 'packages/redis/test/log/own-entries.test.ts', tests });
const lostTails = 'packages/core/test/lost-tails.test.ts';
const canary = 'packages/redis/src/pubsub/canary.ts';
const channelCommands = 'packages/redis/src/pubsub/channel-commands.ts';
const payloadReader = 'packages/redis/src/connections/payload-reader.ts';
const readPayloads = 'packages/redis/src/connections/read-payloads.ts';
/** Real subscriptions on one server. @param {string} tests @returns {import('./mutant.js').Killer} */
const subscriptions = (tests) => ({ file: 'packages/redis/test/pubsub/subscriber.test.ts', tests });
const isComplete = 'each device gets a dense sequence from its announced start';
const isWithinRange = 'no device receives an entry outside the ranges';

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfReception = [
  {
    name: 'no gap fill',
    edits: [{ file: feed, from: '    this.#sink.readGap(this.#lastSeq);\n', to: '' }],
    killers: [feedSimulation(isComplete), judgedHistory('subscribers cut every 100 ms lose nothing')],
  },
  {
    name: 'an ephemeral message on a node that has missed the end of a membership',
    edits: [{ file: feed, from: ' && tick <= this.#tick && tick >=', to: ' && tick >=' }],
    killers: [feedSimulation(isWithinRange)],
  },
  {
    name: 'an ephemeral message of before a membership',
    edits: [{ file: feed, from: ' && tick >= this.#receiversSince;', to: ';' }],
    killers: [feedSimulation(isWithinRange)],
  },
  {
    name: 'duplicate not dropped by the feed',
    edits: [
      {
        file: feed,
        from: 'this.#counters.duplicateDropped(this.groupId);',
        to: 'this.#sink.deliver(this.attachments.live, [entry]);',
      },
    ],
    killers: [feedSimulation(isComplete)],
  },
  {
    name: 'own publish not skipped',
    edits: [
      {
        file: transport,
        from: '      if (this.#isOwnPublish(groupId, payload)) return;\n',
        to: '',
      },
    ],
    killers: [ownEntries('the publish of an entry that was taken is heard no more')],
  },
  {
    name: 'reply applied over a hole',
    edits: [
      {
        file: feed,
        from: 'if (seq === this.#lastSeq + 1) {',
        to: 'if (seq > this.#lastSeq) {',
      },
    ],
    killers: [
      { file: ownFeed, tests: 'an own entry over a hole is neither delivered nor buffered' },
      feedSimulation(isComplete),
    ],
  },
  {
    name: 'a loss before an own entry is not looked for',
    edits: [
      {
        file: feed,
        from: "if (found === 'missing' || this.#tick < this.#expectedTick) this.#repair();",
        to: "if (found === 'missing') return;",
      },
    ],
    killers: [
      { file: ownFeed, tests: 'what is still missing at the look is read from the log' },
      feedSimulation('an entry that was lost before an own one is found without an audit'),
    ],
  },
  {
    name: 'an own publish is skipped in a log that lost its tail',
    edits: [{ file: feed, from: '    this.#own.clear();\n', to: '' }],
    killers: [{ file: ownFeed, tests: 'after the log lost its tail' }],
  },
  {
    name: "a duplicate's answer delivered",
    edits: [
      {
        file: groupLog,
        from: "send.resolve(outcomeOf(line, nowMs)) && line.type === 'appended'",
        to: "send.resolve(outcomeOf(line, nowMs)) && (line.type === 'appended' || line.type === 'duplicate')",
      },
    ],
    killers: [ownEntries('neither a duplicate nor a refused message is an own entry')],
  },
  {
    name: 'an answer delivered again after its publish',
    edits: [
      {
        file: groupLog,
        from: "send.resolve(outcomeOf(line, nowMs)) && line.type === 'appended'",
        to: "[send.resolve(outcomeOf(line, nowMs))] && line.type === 'appended'",
      },
    ],
    killers: [ownEntries('a send that its publish has resolved is not delivered again')],
  },
  {
    name: 'ack after own copy',
    edits: [
      {
        file: transport,
        from: '      log.resolveSends(decoded);\n      this.#listener?.onEntry(groupId, decoded.entry);\n',
        to: '      this.#listener?.onEntry(groupId, decoded.entry);\n      log.resolveSends(decoded);\n',
      },
    ],
    killers: [ownEntries('the sender is answered before its entry is delivered')],
  },
  {
    name: 'resume ignores epoch',
    edits: [
      {
        file: 'packages/core/src/feed/resume.ts',
        from: 'if (!isGoodPosition(epoch, from.seq, ',
        to: 'if (!isGoodPosition(head.epoch, from.seq, ',
      },
    ],
    killers: [{ file: 'test/flow/resync.test.ts', tests: 'the group was deleted and created again' }],
  },
  {
    name: 'a catch-up loses the live entries in between',
    edits: [
      {
        file: feed,
        from: 'if (this.attachments.advance(device, cursor, this.#lastSeq)) this.',
        to: 'if (this.attachments.advance(device, this.#lastSeq, this.#lastSeq)) this.',
      },
    ],
    killers: [
      {
        file: 'packages/core/test/late-answers.test.ts',
        tests: 'entries sent while a page is on its way come with the next page, not without it',
      },
    ],
  },
  {
    name: 'users that were added end the position of the client',
    edits: [
      {
        file: 'packages/client/src/groups/effects.ts',
        from: "  'members' in entry && entry.members?.some(({ status }) => status === 'none') === true;",
        to: "  'members' in entry && entry.members !== undefined;",
      },
    ],
    killers: [
      {
        file: 'packages/client/src/groups/group-sequence.test.ts',
        tests: 'an entry that removes many users ends a position',
      },
    ],
  },
  {
    name: 'a kicked user still receives',
    edits: [
      {
        file: feed,
        from: 'if (!endsReceiving(event)) continue;',
        to: "if (!endsReceiving(event) || event.type !== 'deleted') continue;",
      },
    ],
    killers: [
      feedSimulation(isWithinRange),
      {
        file: 'test/flow/three-nodes.test.ts',
        tests: 'a kicked user receives nothing after the kick, on any node',
        isOnProcesses: true,
      },
    ],
  },
  {
    name: 'applicants receive',
    edits: [
      {
        file: 'packages/core/src/feed/hosted-feed.ts',
        from: "return member.status === 'pending' ? { code: 'pending_membership' } : null;",
        to: 'return null;',
      },
    ],
    killers: [feedSimulation(isWithinRange)],
  },
  {
    name: 'a catch-up does not stop at the end of its range',
    edits: [
      {
        file: 'packages/core/src/feed/attachments.ts',
        from: 'if (catchingUp !== undefined) catchingUp.endSeq ??= end.seq;',
        to: 'if (catchingUp !== undefined && end.seq === 0) catchingUp.endSeq ??= end.seq;',
      },
    ],
    killers: [feedSimulation(isWithinRange)],
  },
  {
    name: 'a range whose end was lost begins anew without a word',
    edits: [
      {
        file: feed,
        from: '[...lost, ...this.attachments.lost.takeLostEnds(head)]',
        to: 'lost',
      },
    ],
    killers: [{ file: lostTails, tests: 'a device whose end was lost' }],
  },
  {
    name: 'a member whose join was lost stays one',
    edits: [
      {
        file: feed,
        from: '    else this.#verifyUsers(this.members.knownBeyond(endOf(current, head)));\n',
        to: '',
      },
    ],
    killers: [{ file: lostTails, tests: 'a user whose join was lost' }],
  },
  {
    name: 'canary never fires',
    edits: [
      {
        file: canary,
        from: 'if (this.#isSilent(round)) subscriber.replaceLink();',
        to: 'if (this.#isSilent(round) && this.#isStopped) subscriber.replaceLink();',
      },
    ],
    killers: [
      {
        file: 'packages/redis/test/pubsub/subscriber.test.ts',
        tests: 'the canary replaces a link that answers but does not bring what is published',
      },
    ],
  },
  {
    // Its ping alone makes the client library look at the link: only without it nothing does.
    name: 'no canary',
    edits: [
      {
        file: canary,
        from: 'if (this.#isStopped) return;\n    const { clock, subscriber, pingOtherLinks }',
        to: "if (this.#isStopped || this.#token !== '') return;\n    const { clock, subscriber, pingOtherLinks }",
      },
    ],
    killers: [
      judgedHistory('subscribers that silently hear nothing are found, and members get what they missed'),
    ],
  },
  {
    name: 'a channel that is wanted again is unsubscribed last',
    edits: [
      {
        file: channelCommands,
        from: '    this.#inOneWrite(() => {\n      // A channel',
        to: '    for (const group of this.#commandsFor(wanted)) this.#subscribe(group);\n    this.#inOneWrite(() => {\n      // A channel',
      },
      {
        file: channelCommands,
        from: '      for (const group of this.#commandsFor(wanted)) this.#subscribe(group);\n    });',
        to: '    });',
      },
    ],
    killers: [
      subscriptions('a channel that is given up and wanted again at once is heard'),
      subscriptions('the server has what was asked for last'),
    ],
  },
  {
    name: 'one refused channel refuses the others of its command',
    edits: [
      {
        file: channelCommands,
        from: 'if (requests.length === 1 || isNotServedHere(error))',
        to: 'if (requests.length > 0 || isNotServedHere(error))',
      },
    ],
    killers: [subscriptions('one forbidden channel among many is refused alone')],
  },
  {
    name: 'a subscribe command names channels of several slots',
    edits: [
      {
        file: channelCommands,
        from: 'if (slotOf === undefined) return',
        to: 'if (slotOf === undefined || requests.length > 1) return',
      },
    ],
    killers: [
      {
        file: 'packages/redis/test/connections/cluster.test.ts',
        tests: 'thousands of groups take a command for every slot',
      },
    ],
  },
  {
    name: 'a cut payload is continued on the next connection',
    edits: [
      {
        file: readPayloads,
        from: "  redis.on('connect', () => {",
        to: "  let reader: PayloadReader | null = null;\n  redis.on('connect', () => {",
      },
      {
        file: readPayloads,
        from: "    stream.prependListener('data', new PayloadReader({ onPayload, onOther: decode }).read);",
        to: "    reader ??= new PayloadReader({ onPayload, onOther: decode });\n    stream.prependListener('data', reader.read);",
      },
    ],
    killers: [
      {
        file: 'packages/redis/src/connections/read-payloads.test.ts',
        tests: 'a payload that was cut when its connection ended is not continued',
      },
    ],
  },
  {
    name: 'what looks like a payload inside another reply is taken for one',
    edits: [
      {
        file: payloadReader,
        from: "this.#others.isIdle ? this.#find(bytes, at) : 'other'",
        to: 'this.#find(bytes, at)',
      },
    ],
    killers: [
      {
        file: 'packages/redis/src/connections/payload-reader.test.ts',
        tests: 'in parts of any size, give the same payloads',
      },
      {
        file: 'packages/redis/src/connections/read-payloads.test.ts',
        tests: 'the same events and the same answers, cut anywhere',
      },
    ],
  },
  {
    name: 'a payload overtakes the replies before it',
    edits: [
      {
        file: payloadReader,
        from: "      this.#pass(bytes, othersAt, at);\n      if (found === 'part') {",
        to: "      if (found === 'whole' && othersAt < at) queueMicrotask(this.#pass.bind(this, bytes, othersAt, at));\n      else this.#pass(bytes, othersAt, at);\n      if (found === 'part') {",
      },
    ],
    killers: [
      {
        file: 'packages/redis/src/connections/payload-reader.test.ts',
        tests: 'wherever the bytes are cut',
      },
      {
        file: 'packages/redis/src/connections/read-payloads.test.ts',
        tests: 'the library decodes no payload, and everything else',
      },
    ],
  },
  {
    name: 'the library decodes the payloads too',
    edits: [{ file: readPayloads, from: "    stream.removeListener('data', decode);\n", to: '' }],
    killers: [
      {
        file: 'packages/redis/src/connections/read-payloads.test.ts',
        tests: 'the library decodes no payload, and everything else',
      },
    ],
  },
  {
    name: 'an entry that is held keeps a whole read in memory',
    edits: [
      {
        file: 'packages/core/src/feed/gap.ts',
        from: '{ ...entry, wire: ownBytes(entry.wire) }',
        to: 'entry',
      },
    ],
    killers: [
      {
        file: 'packages/core/src/feed/gap.test.ts',
        tests: 'an entry that is held keeps only its own bytes in memory',
      },
    ],
  },
];
