import type { GroupId } from '@plenum/protocol';
import type { MessageTarget } from '../log/message-commands.ts';

/** A message at the end of its time. */
export interface TimedMessage {
  readonly groupId: GroupId;
  readonly target: MessageTarget;
  /** `expiry`: the message is taken down. `open`: it is closed if nothing was appended for long, or its author is gone. */
  readonly kind: 'expiry' | 'open';
}

/**
 * Messages of a partition that wait for a time, for its owner. A message is due until it is settled, so an owner that dies
 * in between leaves it to the next one. Every method throws `PlenumError` `unavailable` when the store cannot be reached.
 */
export interface TimedMessages {
  /**
   * At most some hundred, the earliest of each group first. When a receiver leaves, all open messages of the group are due.
   */
  due(partition: number): Promise<readonly TimedMessage[]>;
  /** These messages wait no longer. Repeating it is harmless. */
  settle(groupId: GroupId, messages: readonly TimedMessage[]): Promise<void>;
}
