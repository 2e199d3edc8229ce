/** What a fan-out does for one device: an entry as a push, and errors that stay with the device. */
import { changeOf, type Device, type LogEntry, type Logger, messageOf } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';

interface Delivery {
  readonly logger: Logger;
  readonly groupId: GroupId;
  readonly device: Device;
}

/** Runs a delivery to one device. Its failure is logged, and the other devices still get theirs. */
export function isolateErrors(delivery: Delivery, act: () => void): void {
  try {
    act();
  } catch (err) {
    logFailure(delivery, err);
  }
}

export function logFailure({ logger, groupId, device }: Delivery, err: unknown): void {
  logger.error({ group: groupId, device: device.id, err }, 'could not deliver to a device');
}

export function pushEntry(device: Device, entry: LogEntry): void {
  if (entry.type === 'message') device.push('relay_message', messageOf(entry));
  else if (entry.type === 'event') device.push('group_event', entry.event);
  else device.push('message_event', changeOf(entry));
}
