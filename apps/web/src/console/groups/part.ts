/** What each part of the page of a group gets. */
import type { GroupInfo } from '@plenum/protocol';

export interface PartProps {
  readonly groupId: string;
  readonly info: GroupInfo;
}

export const pinnedIn = ({ pinned }: GroupInfo): ReadonlySet<string> =>
  new Set(pinned?.map(({ message_id }) => message_id));
