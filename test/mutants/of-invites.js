/** Faults in how users come into a group: notes of applicants, and invites. */
import { conformance } from './mutant.js';

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfInvites = [
  {
    name: 'a note is not moderated',
    edits: [
      {
        file: 'packages/core/src/operations/guarded-change.ts',
        from: "  if (command.operation === 'join') return moderated('note', command.note ?? '');\n",
        to: '',
      },
    ],
    killers: [{ file: 'test/flow/moderated-changes.test.ts', tests: 'a note is moderated' }],
  },
  {
    name: 'an accept counts after its user has left',
    edits: [
      {
        file: 'packages/redis/lua/lib/accepts.lua',
        from: 'if not refusal_of_acceptor(group, one, now) then',
        to: 'if one then',
      },
    ],
    killers: [conformance('that has left, or may no longer accept, does not count')],
  },
  {
    name: 'a user accepts twice',
    edits: [
      {
        file: 'packages/redis/lua/accept-member.lua',
        from: 'if has_accepted and #standing < needed then',
        to: 'if false then',
      },
    ],
    killers: [conformance('again changes nothing, and takes no token')],
  },
  {
    name: 'a link has one use more than it may',
    edits: [
      {
        file: 'packages/redis/lua/lib/links.lua',
        from: 'link.uses >= link.max_uses',
        to: 'link.uses > link.max_uses',
      },
    ],
    killers: [conformance('has a last use: of a hundred joins at once exactly one gets it')],
  },
  {
    name: 'a link outlives its group',
    edits: [
      {
        file: 'packages/redis/lua/lib/removal.lua',
        from: ', invites_key, links_key)',
        to: ', invites_key)',
      },
    ],
    killers: [conformance('goes with the group, and no join by it creates one')],
  },
  {
    name: 'an invite outlives a ban',
    edits: [
      {
        file: 'packages/redis/lua/ban-member.lua',
        from: "redis.call('HDEL', invites_key, user_id)\n",
        to: '',
      },
    ],
    killers: [conformance('ends when it is declined, revoked, or its user is admitted or banned')],
  },
  {
    name: 'an invite counts whatever its inviter may do now',
    edits: [
      {
        file: 'packages/redis/lua/join-group.lua',
        from: 'one and not refusal_of_acceptor(group, one, now)',
        to: 'one',
      },
    ],
    killers: [conformance('of an inviter who may no longer accept makes an applicant')],
  },
  {
    name: 'any number of invites',
    edits: [
      {
        file: 'packages/redis/lua/invite-member.lua',
        from: "  return refuse('too_many_invites', max)\n",
        to: '',
      },
    ],
    killers: [conformance('is one of a few that may be open: ended ones make room')],
  },
  {
    name: 'a note is shown to every member',
    edits: [
      {
        file: 'packages/core/src/groups/records.ts',
        from: "(groupType !== 'strict_private' || hasRole(member))",
        to: 'groupType.length > 0',
      },
    ],
    killers: [{ file: 'test/flow/moderated-changes.test.ts', tests: 'a note is moderated' }],
  },
];
