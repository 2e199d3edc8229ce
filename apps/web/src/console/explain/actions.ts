/** The actions that `explain` knows, the one that is asked most first. */
import type { Action } from '@plenum/protocol';

/** Every action of the protocol: one that is missing is named by the compiler. */
const known: Readonly<Record<Action, true>> = {
  send: true,
  read: true,
  join: true,
  join_by_link: true,
  leave: true,
  react: true,
  edit: true,
  append: true,
  take_down: true,
  pin: true,
  accept: true,
  reject: true,
  mute: true,
  unmute: true,
  kick: true,
  ban: true,
  unban: true,
  invite: true,
  decline_invite: true,
  revoke_invite: true,
  create_link: true,
  list_links: true,
  revoke_link: true,
  promote: true,
  demote: true,
  transfer: true,
  update: true,
  delete: true,
  list_bans: true,
  list_invites: true,
  add: true,
  remove: true,
};

export const isAction = (text: string): text is Action => Object.hasOwn(known, text);
export const actions: readonly Action[] = Object.keys(known).filter(isAction);
