/** Every script, and the option by which a client learns them all at construction. */
import { appendMessage } from './append-message.ts';
import * as changes from './changes.ts';
import { forgetMembership } from './forget-membership.ts';
import * as reads from './reads.ts';
import { settleGroup } from './settle-group.ts';

export { appendMessage } from './append-message.ts';
export * from './changes.ts';
export { runScript, type ScriptClient } from './define-script.ts';
export { forgetMembership } from './forget-membership.ts';
export * from './reads.ts';
export { settleGroup } from './settle-group.ts';

const scripts = [
  appendMessage,
  changes.createGroup,
  changes.joinGroup,
  changes.leaveGroup,
  changes.acceptMember,
  changes.rejectMember,
  changes.muteMember,
  changes.unmuteMember,
  changes.kickMember,
  changes.deleteGroup,
  reads.readHead,
  reads.readPosition,
  reads.readRange,
  reads.readMembers,
  forgetMembership,
  settleGroup,
];

/** The value of ioredis' constructor option `scripts`; commands that are defined later misalign its callbacks. */
export const scriptOptions = Object.fromEntries(
  scripts.map((script) => [script.command, { lua: script.lua, numberOfKeys: script.keys.length }]),
);
