import type { Device, Logger } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';

interface DeliveryContext {
  readonly logger: Logger;
  readonly groupId: GroupId;
  readonly device: Device;
}

/** A device that fails does not keep the others from their entries. */
export function isolateErrors({ logger, groupId, device }: DeliveryContext, act: () => void): void {
  try {
    act();
  } catch (err) {
    logger.error({ group: groupId, device: device.id, err }, 'could not deliver to a device');
  }
}
