/** What an event of a group says, in the playground and in the console. */
import type { GroupEvent } from '@plenum/protocol';

const nameOf = (id: string) => (id === '$service' ? 'the service' : id);
const actorOf = ({ actor_id, user_id }: GroupEvent) => nameOf(actor_id ?? user_id);
const isOwn = ({ actor_id, user_id }: GroupEvent) => actor_id === undefined || actor_id === user_id;

const eventTexts: Readonly<Record<GroupEvent['type'], (event: GroupEvent) => string>> = {
  created: (event) => `${actorOf(event)} created the group`,
  joined: (event) => `${event.user_id} joined`,
  requested: (event) => `${event.user_id} asks to join${event.note ? `: “${event.note}”` : ''}`,
  endorsed: (event) =>
    `${actorOf(event)} accepts ${event.user_id}: ${event.accepts} of ${event.accepts_needed}`,
  accepted: (event) => `${actorOf(event)} accepted ${event.user_id}`,
  rejected: (event) => `${actorOf(event)} rejected ${event.user_id}`,
  request_expired: (event) => `the request of ${event.user_id} has ended`,
  left: (event) => `${event.user_id} left`,
  kicked: (event) => `${actorOf(event)} removed ${event.user_id}`,
  banned: (event) => `${actorOf(event)} banned ${event.user_id}`,
  unbanned: (event) => `${actorOf(event)} unbanned ${event.user_id}`,
  muted: (event) => `${actorOf(event)} muted ${event.user_id}`,
  unmuted: (event) =>
    isOwn(event) ? `the mute of ${event.user_id} has ended` : `${actorOf(event)} unmuted ${event.user_id}`,
  promoted: (event) =>
    `${actorOf(event)} made ${event.user_id} ${event.roles?.includes('admin') ? 'an admin' : 'a moderator'}`,
  demoted: (event) => `${event.user_id} is a plain member now`,
  updated: (event) =>
    `${actorOf(event)} changed ${Object.keys(event.changes ?? {}).join(', ') || 'the settings'}`,
  deleted: (event) => `${actorOf(event)} deleted the group`,
  members_changed: (event) => `the service changed ${event.members?.length ?? 0} members`,
  invited: (event) => `${actorOf(event)} invited ${event.user_id}`,
  invite_declined: (event) => `${event.user_id} declined the invite`,
  invite_revoked: (event) => `${actorOf(event)} took the invite of ${event.user_id} back`,
  link_created: (event) => `${actorOf(event)} made an invite link`,
  link_revoked: (event) => `${actorOf(event)} revoked an invite link`,
};

export const eventText = (event: GroupEvent): string => eventTexts[event.type](event);
