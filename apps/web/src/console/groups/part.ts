/** What each part of the page of a group gets. */
import type { GroupInfo } from '@plenum/protocol';

export interface PartProps {
  readonly groupId: string;
  readonly info: GroupInfo;
}
