/** The texts of acts, of their fields, and of what a refusal means. */
import type { ErrorCode } from '@plenum/protocol';

export interface ActText {
  readonly title: string;
  /** Text of the button that sends. Default: the title. */
  readonly submit?: string;
  readonly about?: string;
}

export const submitText = ({ title, submit = title }: ActText): string => submit;

export const actTexts = {
  create_group: { title: 'New group', submit: 'Create' },
  update_group: { title: 'Change settings', submit: 'Save' },
  delete_group: {
    title: 'Delete group',
    submit: 'Delete',
    about: 'The group, its members and its log are gone for all. Nothing brings them back.',
  },
  transfer_group: {
    title: 'Transfer group to',
    submit: 'Transfer',
    about: 'The member becomes an admin, and the acting admin a plain member, in one step.',
  },
  relay_msg: {
    title: 'Send as',
    submit: 'Send',
    about: 'The message goes to all members, from the user that you name.',
  },
  change_members: { title: 'Add and remove users', submit: 'Change', about: 'At most 1,000 users each.' },
  join_group: { title: 'Add user', submit: 'Add', about: 'The user becomes an active member at once.' },
  leave_group: { title: 'Leave as the user', submit: 'Leave' },
  set_notifications: { title: 'Set notifications', submit: 'Set' },
  accept_member: { title: 'Accept' },
  reject_member: { title: 'Reject' },
  mute_member: { title: 'Mute', about: 'The member receives, and cannot send.' },
  unmute_member: { title: 'Unmute' },
  promote_member: { title: 'Give a role', submit: 'Promote' },
  demote_member: { title: 'Take the role away', submit: 'Demote' },
  kick_member: { title: 'Kick', about: 'The member is removed, and may join again.' },
  ban_member: { title: 'Ban', about: 'The user is removed, and its joins are refused.' },
  unban_member: { title: 'Unban' },
  invite_member: { title: 'Invite user', submit: 'Invite' },
  revoke_invite: { title: 'Revoke invite', submit: 'Revoke' },
  create_invite_link: {
    title: 'New invite link',
    submit: 'Make link',
    about: 'Only the answer has the code of the link.',
  },
  revoke_invite_link: { title: 'Revoke link', submit: 'Revoke' },
  edit_message: { title: 'Edit as its author', submit: 'Save' },
  append_message: { title: 'Append as its author', submit: 'Append' },
  react: { title: 'React as', submit: 'React' },
  unreact: { title: 'Take a reaction back', submit: 'Take back' },
  pin_message: { title: 'Pin' },
  unpin_message: { title: 'Unpin' },
  delete_message: {
    title: 'Take down',
    about: 'The text is gone for all readers, and a tombstone stays.',
  },
  disconnect_user: {
    title: 'Disconnect',
    about: 'The sockets of the user are cut on every node. They may come back.',
  },
  revoke_user: {
    title: 'Revoke tokens',
    submit: 'Revoke',
    about: 'Every token that the user has now becomes invalid, and its sockets are cut.',
  },
  erase_user: {
    title: 'Erase user',
    submit: 'Erase',
    about: 'The user leaves all its groups, in the background. Nothing brings them back.',
  },
} as const satisfies Readonly<Record<string, ActText>>;

/** Arguments of requests, as fields of forms. */
export const fieldTexts = {
  group_id: { label: 'Group id' },
  user_id: { label: 'User id' },
  creator_id: { label: 'Created by', hint: 'This user becomes the admin.' },
  from_user_id: { label: 'From the user' },
  actor_id: { label: 'As the user', hint: 'Empty: as the service, which no rule of the group holds back.' },
  group_type: { label: 'Type' },
  max_members: { label: 'Most members', hint: 'Empty: any number.' },
  metadata: { label: 'Metadata, JSON' },
  message: { label: 'Message' },
  mentions: { label: 'Mentions', hint: 'User ids, one a line.' },
  expires_in_ms: { label: 'Expires after' },
  ephemeral: { label: 'Ephemeral', hint: 'Pushed to devices that are connected now, and kept nowhere.' },
  add: { label: 'Add', hint: 'User ids, one a line.' },
  remove: { label: 'Remove', hint: 'User ids, one a line.' },
  level: { label: 'Notify of' },
  reason: { label: 'Reason' },
  for_ms: { label: 'For', hint: 'For example 10 min, 12 h, 7 d. Empty: without an end.' },
  role: { label: 'Role' },
  max_uses: { label: 'Most uses', hint: 'Empty: any number.' },
  text: { label: 'Text that follows' },
  done: { label: 'Close the message', hint: 'Nothing can be appended to it afterwards.' },
  reaction: { label: 'Reaction' },
  erase: {
    label: 'What is erased',
    hint: 'Also messages: each is taken down, in the log and in the archive.',
  },
  action: { label: 'Action' },
  accepts_needed: { label: 'Accepts that an applicant needs' },
  request_ttl_ms: { label: 'A request to join ends after', hint: 'Empty: it does not end.' },
  posting: { label: 'Who may send' },
  slow_mode_ms: { label: 'Slow mode: one message in', hint: '0: off.' },
  edit_window_ms: { label: 'A message may be edited for', hint: '0: never.' },
  mute_survives_rejoin: { label: 'A muted user that comes back is muted again' },
  id_reserved_ms: { label: 'The id stays reserved after the end for', hint: '0: not at all.' },
  history: { label: 'Members may read' },
  max_entries: { label: 'Entries that the log keeps', hint: 'Empty: as the service.' },
  max_age_ms: { label: 'Age of entries that the log keeps', hint: 'Empty: as the service.' },
  membership_events: { label: 'Joins and leaves in the log' },
} as const;

/** Values of arguments. */
export const choices: Readonly<Record<string, string>> = {
  all: 'All',
  since_join: 'What came since they joined',
  counts: 'Counts only',
  mentions: 'Mentions',
  none: 'None',
  members: 'All members',
  admins: 'Admins only',
  ['nobody']: 'No one: the group is frozen',
  messages: 'Also its messages',
  public: 'public',
  private: 'private',
  strict_private: 'strict_private',
  admin: 'admin',
  moderator: 'moderator',
  true: 'Yes',
  false: 'No',
};

/** What helps where an action is refused, by the code of the refusal. */
export const causes: Partial<Readonly<Record<ErrorCode, string>>> = {
  group_not_found:
    'There is no group of this id. Perhaps it was deleted, or the id is written in another way.',
  not_a_member: 'The user is not in the group: it has never joined, has left, or was removed.',
  pending_membership: 'The user has asked to join, and was not accepted yet.',
  muted: 'The user is muted in this group.',
  posting_restricted: 'The settings of the group let only some members send, or none while it is frozen.',
  slow_mode: 'The group is in slow mode, and the user has sent a short time ago.',
  banned: 'The user is banned from this group.',
  not_admin: 'Only an admin of the group may do this.',
  not_moderator: 'Only an admin or a moderator of the group may do this.',
  already_member: 'The user is in the group already.',
  group_full: 'The group has as many members as it may have.',
  last_admin: 'The user is the last admin of the group.',
  not_strict_private: 'This exists only in groups of the type strict_private.',
};
