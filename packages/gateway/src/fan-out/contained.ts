import type { Logger, Subscriber } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';

interface Whereabouts {
  readonly logger: Logger;
  readonly groupId: GroupId;
  readonly subscriber: Subscriber;
}

/** One subscriber that fails keeps nothing from the others. */
export function contained({ logger, groupId, subscriber }: Whereabouts, act: () => void): void {
  try {
    act();
  } catch (error) {
    logger.error({ group: groupId, subscriber: subscriber.id, error }, 'could not deliver to a subscriber');
  }
}
