export type { GroupState } from './group.ts';
export {
  type Group,
  type Members,
  type Messages,
  type Plenum,
  type Typing,
  useGroup,
  useMembers,
  useMessages,
  usePlenum,
  usePresence,
  useTyping,
} from './hooks.ts';
export type { ListedMember, MembersState } from './members.ts';
export type { ListedMessage, LoggedMessage, MessagesState, UnloggedMessage } from './messages.ts';
export type { PresenceState } from './presence.ts';
export {
  type GivenClientProps,
  type OwnClientProps,
  PlenumProvider,
  type PlenumProviderProps,
} from './provider.ts';
export type { TypingState } from './typing.ts';
