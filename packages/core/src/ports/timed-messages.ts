import type { GroupId } from '@plenum/protocol';
import type { MessageTarget } from '../log/message-commands.ts';

/** A message at the end of its time. */
export interface TimedMessage {
  readonly groupId: GroupId;
  readonly target: MessageTarget;
}

/**
 * Messages of a partition that wait for a time, for its owner. A message is due until it is settled, so an owner that dies
 * in between leaves it to the next one. Every method throws `PlenumError` `unavailable` when the store cannot be reached.
 */
export interface TimedMessages {
  /** At most some hundred, the earliest of each group first. */
  due(partition: number): Promise<readonly TimedMessage[]>;
  /** These messages wait no longer. Repeating it is harmless. */
  settle(groupId: GroupId, targets: readonly MessageTarget[]): Promise<void>;
}
