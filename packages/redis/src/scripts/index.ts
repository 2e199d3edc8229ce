/** Every script. */
import { admitMessage } from './admit-message.ts';
import { appendMessage } from './append-message.ts';
import * as changes from './changes.ts';
import { acquireLease, releaseLease, renewLease } from './leases.ts';
import { askDrain, beatNode, removeNode } from './nodes.ts';
import { commitDelivery, deleteDeadLetter, openOutbox, readOutbox, retryDeadLetter } from './outbox.ts';
import { changePresence, endAbsence, publishTyping, readPresence } from './presence.ts';
import { markRead, readMark } from './read-marks.ts';
import * as reads from './reads.ts';
import { revokeUser } from './revoke-user.ts';
import { settleGroup } from './settle-group.ts';
import { chargeMembership, forgetMembership, reserveHolding, restoreHolding } from './user-index.ts';

export { admitMessage } from './admit-message.ts';
export { type AppendReply, appendedWith, appendMessage } from './append-message.ts';
export * from './changes.ts';
export type { Late } from './define-script.ts';
export { acquireLease, releaseLease, renewLease } from './leases.ts';
export { askDrain, beatNode, removeNode } from './nodes.ts';
export { commitDelivery, deleteDeadLetter, openOutbox, readOutbox, retryDeadLetter } from './outbox.ts';
export { changePresence, endAbsence, publishTyping, readPresence } from './presence.ts';
export { markRead, readMark } from './read-marks.ts';
export * from './reads.ts';
export { revokeUser } from './revoke-user.ts';
export { escapeForJson, runEncoded, runScript, type ScriptValues, written } from './run-script.ts';
export { bulk, type ScriptArguments } from './script-command.ts';
export { settleGroup } from './settle-group.ts';
export { chargeMembership, forgetMembership, reserveHolding, restoreHolding } from './user-index.ts';

export const scripts = [
  appendMessage,
  admitMessage,
  changes.createGroup,
  changes.joinGroup,
  changes.leaveGroup,
  changes.acceptMember,
  changes.rejectMember,
  changes.muteMember,
  changes.unmuteMember,
  changes.kickMember,
  changes.banMember,
  changes.unbanMember,
  changes.promoteMember,
  changes.demoteMember,
  changes.updateGroup,
  changes.deleteGroup,
  changes.recallChange,
  reads.readHead,
  reads.readPosition,
  reads.readRange,
  reads.readMembers,
  chargeMembership,
  forgetMembership,
  reserveHolding,
  restoreHolding,
  settleGroup,
  changePresence,
  readPresence,
  publishTyping,
  endAbsence,
  markRead,
  readMark,
  revokeUser,
  openOutbox,
  readOutbox,
  commitDelivery,
  deleteDeadLetter,
  retryDeadLetter,
  acquireLease,
  renewLease,
  releaseLease,
  beatNode,
  askDrain,
  removeNode,
];
