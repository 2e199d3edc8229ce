/** Faults in the settings and roles of a group. */
import { conformance } from './mutant.js';

const feed = 'packages/core/src/feed/feed.ts';
const unlistedFeed = 'packages/core/test/unlisted-changes.test.ts';
const admission = 'packages/redis/lua/lib/admission.lua';

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfSettings = [
  {
    name: 'an own entry overtakes a leave that is no entry',
    edits: [
      {
        file: feed,
        from: ' || seq <= this.#lastSeq || this.#version > 0) return;',
        to: ' || seq <= this.#lastSeq) return;',
      },
    ],
    killers: [
      { file: unlistedFeed, tests: 'an own entry waits for its publish, because a leave may be before it' },
    ],
  },
  {
    name: 'missed changes of members are not noticed',
    edits: [
      {
        file: feed,
        from: '    else if (version > this.#version) this.#verifyMembers(version, readAt);\n',
        to: '',
      },
    ],
    killers: [
      {
        file: unlistedFeed,
        tests: 'an entry behind a change that was missed pauses members, who resume at their positions',
      },
    ],
  },
  {
    name: 'an unlisted leave ends no range',
    edits: [
      {
        file: feed,
        from: '      this.attachments.end(this.#sink.devicesOf(event.user_id), event);\n',
        to: '',
      },
    ],
    killers: [
      {
        file: unlistedFeed,
        tests: 'a leave ends behind the last entry, and a join begins before the next one',
      },
    ],
  },
  {
    name: 'joins and leaves of moderators are no entries either',
    edits: [
      {
        file: 'packages/redis/lua/lib/unlisted.lua',
        from: "return are_joins_counted and member.role == 'm' and member.status ~= 'p'",
        to: "return are_joins_counted and member.status ~= 'p'",
      },
    ],
    killers: [
      conformance('are those of plain members only: requests, kicks, bans, mutes and roles stay entries'),
    ],
  },
  {
    name: 'a moderator acts on anyone',
    edits: [
      {
        file: 'packages/redis/lua/lib/change.lua',
        from: "return target.role == 'm' or acts_as_admin()",
        to: 'return true',
      },
    ],
    killers: [conformance('kick_member in a public group')],
  },
  {
    name: 'a muted moderator still acts',
    edits: [
      {
        file: 'packages/redis/lua/lib/change.lua',
        from: "if member and member.status == 'a' and member.role ~= 'm' then return nil end",
        to: "if member and member.role ~= 'm' then return nil end",
      },
    ],
    killers: [conformance('a muted moderator has no rights by its role')],
  },
  {
    name: 'an update does not look at if_seq',
    edits: [
      {
        file: 'packages/redis/lua/update-group.lua',
        from: "if changed_seq > tonumber(if_seq) or tonumber(if_seq) > group.seq then return refuse('conflict', changed_seq) end",
        to: '',
      },
    ],
    killers: [conformance('with if_seq is refused if settings were changed after it')],
  },
  {
    name: 'posting is not checked',
    edits: [
      {
        file: admission,
        from: "  if posting == 'n' or posting == 'a' and role ~= 'a' then return refusal(now, 'posting_restricted') end\n",
        to: '',
      },
    ],
    killers: [conformance(', in the append and in the admission')],
  },
  {
    name: 'a message begins no interval of slow mode',
    edits: [
      {
        file: 'packages/redis/lua/append-messages.lua',
        from: '  if slow_mode_ms then slow_mode.note_sent(now, slow_mode_ms) end\n',
        to: '',
      },
    ],
    killers: [conformance('stores one of many messages that come at once')],
  },
  {
    name: 'slow mode of a deleted group holds in the next one',
    edits: [
      {
        file: 'packages/redis/lua/lib/last-sent.lua',
        from: "sent_at and sent_at >= tonumber(redis.call('HGET', group_key, 'created'))",
        to: 'sent_at',
      },
    ],
    killers: [conformance('nothing of it is left in the next group of the id')],
  },
];
