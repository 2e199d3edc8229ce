export type { GroupState } from './group.ts';
export type { GroupsState, ListedGroup } from './groups.ts';
export {
  type Group,
  type Groups,
  type Members,
  type MembersOptions,
  type Messages,
  type Plenum,
  type Typing,
  useGroup,
  useGroups,
  useMembers,
  useMessages,
  usePlenum,
  usePresence,
  useTyping,
} from './hooks.ts';
export type { ListedMember, MemberStatus, MembersState } from './members.ts';
export type { ListedMessage, LoggedMessage, MessagesState, UnloggedMessage } from './messages.ts';
export type { PresenceState } from './presence.ts';
export {
  type GivenClientProps,
  type OwnClientProps,
  PlenumProvider,
  type PlenumProviderProps,
} from './provider.ts';
export type { TypingState } from './typing.ts';
