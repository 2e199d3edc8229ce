/** All scripts. */
import { admitMessage, appendMessages, sendEphemeral } from './append-messages.ts';
import { appendAuditEntry, replaceAuditEntry } from './audit.ts';
import * as changes from './changes.ts';
import {
  acquireLease,
  askDrain,
  beatNode,
  beginErasure,
  finishErasure,
  noteErasure,
  releaseLease,
  removeNode,
  renewLease,
  reserveCanary,
  revokeUser,
} from './cluster.ts';
import { importMessages } from './imports.ts';
import * as listings from './listings.ts';
import * as messages from './message-changes.ts';
import { commitDelivery, deleteDeadLetter, openOutbox, readOutbox, retryDeadLetter } from './outbox.ts';
import { changePresence, endAbsence, endEmptyGroup, publishTyping, readPresence } from './presence.ts';
import * as reads from './reads.ts';
import { markRead, readMark, setNotifications } from './reads.ts';
import { restoreGroup } from './rebuilding.ts';
import { chargeMembership, forgetMembership, reservePlace, restorePlace } from './user-index.ts';

export {
  type AppendAnswer,
  type AppendLine,
  type AppendReply,
  admitMessage,
  appendMessages,
  batchShape,
  type FoundExtra,
  sendEphemeral,
} from './append-messages.ts';
export { appendAuditEntry, replaceAuditEntry } from './audit.ts';
export * from './changes.ts';
export {
  acquireLease,
  askDrain,
  beatNode,
  beginErasure,
  finishErasure,
  noteErasure,
  releaseLease,
  removeNode,
  renewLease,
  reserveCanary,
  revokeUser,
} from './cluster.ts';
export { importMessages } from './imports.ts';
export * from './listings.ts';
export * from './message-changes.ts';
export { commitDelivery, deleteDeadLetter, openOutbox, readOutbox, retryDeadLetter } from './outbox.ts';
export { changePresence, endAbsence, endEmptyGroup, publishTyping, readPresence } from './presence.ts';
export * from './reads.ts';
export { letterOfLevel, levelOf, markRead, readMark, setNotifications } from './reads.ts';
export { restoreGroup } from './rebuilding.ts';
export { escapeForJson, runEncoded, runScript, type ScriptValues, written } from './run-script.ts';
export { bulk, type ScriptArguments } from './script-command.ts';
export { chargeMembership, forgetMembership, reservePlace, restorePlace } from './user-index.ts';

export const scripts = [
  appendMessages,
  admitMessage,
  sendEphemeral,
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
  changes.inviteMember,
  changes.declineInvite,
  changes.revokeInvite,
  changes.createLink,
  changes.revokeLink,
  changes.promoteMember,
  changes.demoteMember,
  changes.transferGroup,
  changes.updateGroup,
  changes.deleteGroup,
  changes.changeMembers,
  changes.recallChange,
  messages.editMessage,
  messages.appendText,
  messages.takeDownMessage,
  messages.changeReaction,
  messages.changePin,
  messages.readReactions,
  messages.readPins,
  messages.findWritten,
  messages.readStates,
  messages.readLost,
  messages.settleTimed,
  messages.findWaiting,
  messages.scrubOutbox,
  messages.scrubLetters,
  reads.readHead,
  reads.readPosition,
  reads.readStandings,
  reads.readRange,
  reads.readMembers,
  listings.readBans,
  listings.readInvites,
  reads.readLinks,
  chargeMembership,
  forgetMembership,
  reservePlace,
  restorePlace,
  changes.endDueMutes,
  importMessages,
  restoreGroup,
  changePresence,
  readPresence,
  publishTyping,
  endAbsence,
  endEmptyGroup,
  markRead,
  readMark,
  setNotifications,
  revokeUser,
  beginErasure,
  noteErasure,
  finishErasure,
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
  reserveCanary,
  appendAuditEntry,
  replaceAuditEntry,
];
