/**
 * Fan-out by Socket.IO's ordinary path: one packet per entry and device, written at the end of the tick. The fallback
 * of `coalesced`.
 */
import { type Device, type FanOut, type LogEntry, type Logger, messageOf } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import { isolateErrors } from './isolate-errors.ts';
import { tickFlush } from './tick-flush.ts';

type Write = () => void;

function pushEntry(device: Device, entry: LogEntry): void {
  if (entry.type === 'message') device.push('relay_message', messageOf(entry));
  else device.push('group_event', entry.event);
}

export function createPlainFanOut(logger: Logger): FanOut {
  /** Writes of all groups, in the order of the calls. */
  let queue: Write[] = [];
  const flush = () => {
    const writes = queue;
    queue = [];
    for (const write of writes) write();
  };
  const atEndOfTick = (write: Write) => {
    if (queue.length === 0) tickFlush.schedule(flush);
    queue.push(write);
  };
  const push = (groupId: GroupId, device: Device, act: (to: Device) => void) =>
    isolateErrors({ logger, groupId, device }, () => act(device));
  return {
    deliver(groupId, to, entries) {
      // The live set may change before the end of the tick.
      const recipients = [...to];
      atEndOfTick(() => {
        for (const entry of entries) {
          for (const device of recipients) push(groupId, device, (one) => pushEntry(one, entry));
        }
      });
    },
    push(groupId, device, event, payload) {
      const write = () => push(groupId, device, (one) => one.push(event, payload));
      if (queue.length === 0) write();
      else atEndOfTick(write);
    },
    deliverVolatile(groupId, to, pushes) {
      for (const device of to) {
        push(groupId, device, (one) => {
          for (const { event, payload } of pushes) one.push(event, payload);
        });
      }
    },
    written: () => (queue.length === 0 ? Promise.resolve() : new Promise(atEndOfTick)),
    seal() {},
  };
}
