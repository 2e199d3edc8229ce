/** The two ways to fan out: coalesced, and the ordinary path of Socket.IO. */
import type { Clock, Device, FanOut, Logger } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import { CoalescedFanOut } from './coalesced.ts';
import { isolateErrors, pushEntry } from './one-device.ts';
import { SocketDevice } from './socket-device.ts';
import { tickFlush } from './tick-flush.ts';

export type FanOutMode = 'coalesced' | 'plain';

export interface FanOutDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Default `coalesced`. */
  readonly mode?: FanOutMode;
  /** Of the sockets; default `/`. */
  readonly namespace?: string;
}

export const createFanOut = ({ logger, clock, mode = 'coalesced', namespace = '/' }: FanOutDeps): FanOut =>
  mode === 'plain' ? createPlainFanOut(logger) : new CoalescedFanOut({ logger, clock, namespace });

type Write = () => void;

/**
 * Fan-out by Socket.IO's ordinary path: one packet per entry and device, written at the end of the tick. The fallback
 * of `coalesced`.
 */
function createPlainFanOut(logger: Logger): FanOut {
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
      const write = (device: Device) => {
        if (device instanceof SocketDevice && !device.takesVolatile) return;
        for (const { event, payload } of pushes) device.push(event, payload);
      };
      const writeAll = () => {
        for (const device of to) push(groupId, device, write);
      };
      if (queue.length === 0) writeAll();
      else atEndOfTick(writeAll);
    },
    whenWritten: (_, act) => (queue.length === 0 ? act() : atEndOfTick(act)),
    written: () => (queue.length === 0 ? Promise.resolve() : new Promise(atEndOfTick)),
    seal() {},
  };
}
