/**
 * Faulty builds that `plenum verify` has to find by itself, through the public protocol, while a node dies. Each is a fault that a
 * cluster could have in production.
 */

const append = 'packages/redis/lua/append-messages.lua';
const changes = 'packages/redis/lua/lib/message-change.lua';
const reactions = 'packages/redis/lua/change-reaction.lua';
const admission = 'packages/redis/lua/lib/admission.lua';
const stored = "  add_to_log(seq_text, 'm', wire, messages)\n";
const published = "  call('SPUBLISH', channel, payload_of(uid, 'relay_message', wire))\n";

/**
 * @typedef {Omit<import('./mutant.js').Mutant, 'killers'>} FaultyBuild
 * @type {readonly FaultyBuild[]}
 */
export const faultyBuilds = [
  {
    name: 'an acknowledged message is not stored, one in twenty',
    edits: [
      { file: append, from: stored, to: `  if seq % 20 ~= 0 then\n${stored}  end\n` },
      { file: append, from: published, to: `  if seq % 20 ~= 0 then\n${published}  end\n` },
    ],
  },
  {
    name: 'a seq is left out',
    edits: [{ file: append, from: 'group.epoch, group.seq + 1', to: 'group.epoch, group.seq + 2' }],
  },
  {
    name: 'an ack names the place of the message before',
    edits: [
      {
        file: append,
        from: "local answer = epoch .. ' ' .. seq_text ..",
        to: "local answer = epoch .. ' ' .. integer(seq - 1) ..",
      },
    ],
  },
  {
    name: 'members get another text than the log has',
    edits: [
      {
        file: append,
        from: published,
        to: `  wire = string.gsub(wire, 'message %d+ of', 'message 0 of')\n${published}`,
      },
    ],
  },
  {
    name: 'a message has the id of another one',
    edits: [
      {
        file: append,
        from: `"message_id":"' .. epoch .. '-' .. seq_text`,
        to: `"message_id":"' .. epoch .. '-' .. integer(seq + 1)`,
      },
    ],
  },
  {
    name: 'a message comes under another request',
    edits: [
      {
        file: append,
        from: stored,
        to: `  wire = string.gsub(wire, '"request_id":"', '"request_id":"x', 1)\n${stored}`,
      },
    ],
  },
  {
    name: 'plain members are refused',
    edits: [
      {
        file: admission,
        from: "if posting == 'n' or posting == 'a' and role ~= 'a' then",
        to: "if role ~= 'a' then",
      },
      {
        file: admission,
        from: "if not group.sending or group.sending == '' then return nil end\n    return",
        to: 'return',
      },
    ],
  },
  {
    name: 'a user reacts twice',
    edits: [
      {
        file: reactions,
        from: 'local had_put = found ~= nil and has_reacted(found)',
        to: "local had_put = is_put == '0'",
      },
    ],
  },
  {
    name: 'a count of reactions is pushed wrong',
    edits: [
      {
        file: reactions,
        from: `',"count":' .. integer(known.count),`,
        to: `',"count":' .. integer(known.count + 1),`,
      },
    ],
  },
  {
    name: 'the answer to a change names another place',
    edits: [
      {
        file: changes,
        from: 'local answer = answer_of(result, group.epoch, group.seq)\n  commit',
        to: 'local answer = answer_of(result, group.epoch, group.seq - 1)\n  commit',
      },
    ],
  },
  {
    name: 'a take-down leaves the entry of the message',
    edits: [
      {
        file: 'packages/redis/lua/take-down-message.lua',
        from: "  if is_in_log and message.fields then redis.call('XDEL', log_key, target_seq .. '-0') end\n",
        to: '',
      },
    ],
  },
  {
    name: 'a message comes from another sender',
    edits: [
      {
        file: append,
        from: stored,
        to: `  wire = string.gsub(wire, '"from_user_id":"', '"from_user_id":"x', 1)\n${stored}`,
      },
    ],
  },
];

/** Without a build between them: they are in scripts of Redis. */
export const quickBuilds = faultyBuilds.slice(0, 3);
