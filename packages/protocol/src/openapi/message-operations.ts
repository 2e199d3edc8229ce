/** Names and examples of the operations on one message. */
import { epoch, keyed, message, type OperationRow, page, team, timestamp } from './operation-row.ts';

const one = { ...team, message_id: message.message_id };
const asBob = { actor_id: 'bob' };
const reaction = '👍';
const reacting = { parameters: { ...one, reaction, ...keyed }, body: asBob };
const pinning = { parameters: { ...one, ...keyed }, body: { actor_id: 'ann' } };

export const changeOperations = {
  get_message: {
    operationId: 'get_message',
    tag: 'messages',
    parameters: one,
    result: {
      ...message,
      message: 'Lunch at one?',
      edited_at: timestamp,
      edits: 1,
      reactions: { [reaction]: { count: 2, me: true } },
      state_seq: 45,
    },
  },
  edit_message: {
    operationId: 'edit_message',
    tag: 'messages',
    description:
      'Checked, moderated and charged like a send. An unchanged message answers with its present values. A message that only the archive has is edited when the archive has got everything that the log has lost, else `unavailable` with `archive_behind`',
    parameters: { ...one, ...keyed },
    body: { actor_id: 'ann', message: 'Lunch at one?' },
    result: { message_id: message.message_id, edits: 1, edited_at: timestamp, epoch, seq: 43 },
  },
  append_message: {
    operationId: 'append_message',
    tag: 'messages',
    description:
      'To a message that was sent with `open`. Appends of one message within 40 ms leave as one entry `appended`',
    parameters: { ...one, ...keyed },
    body: { actor_id: 'ann', text: ' Or at one?' },
    result: { message_id: message.message_id, bytes: 11, epoch, seq: 44 },
  },
  delete_message: {
    operationId: 'delete_message',
    tag: 'messages',
    description: 'For its author, admins and the service',
    success: 'No reader gets the text again',
    parameters: { ...one, ...keyed },
    body: { actor_id: 'ann', reason: 'Off topic' },
    result: { status: 'deleted', message_id: message.message_id, epoch, seq: 46 },
  },
  list_reactions: {
    operationId: 'list_reactions',
    tag: 'messages',
    parameters: { ...one, reaction, ...page },
    result: { reactions: [{ user_id: 'bob', reaction }], next_cursor: null },
  },
  react: {
    operationId: 'add_reaction',
    tag: 'messages',
    ...reacting,
    result: { reaction, count: 1, epoch, seq: 44 },
  },
  unreact: {
    operationId: 'remove_reaction',
    tag: 'messages',
    ...reacting,
    result: { reaction, count: 0, epoch, seq: 45 },
  },
  pin_message: {
    operationId: 'pin_message',
    tag: 'messages',
    description: 'For admins and the service',
    ...pinning,
    result: { status: 'pinned', epoch, seq: 47 },
  },
  unpin_message: {
    operationId: 'unpin_message',
    tag: 'messages',
    description: 'For admins and the service',
    ...pinning,
    result: { status: 'unpinned', epoch, seq: 48 },
  },
} as const satisfies Record<string, OperationRow>;
