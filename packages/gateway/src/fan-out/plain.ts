/** Socket.IO's ordinary path: every entry is a packet, and every packet is written at once. The fallback of `coalesced`. */
import { type FanOut, type Logger, messageOf } from '@plenum/core';
import { contained } from './contained.ts';

export function createPlainFanOut(logger: Logger): FanOut {
  return {
    deliver(groupId, to, entries) {
      for (const entry of entries) {
        for (const device of to) {
          contained({ logger, groupId, device }, () => {
            if (entry.kind === 'message') device.push('relay_message', messageOf(entry));
            else device.push('group_event', entry.event);
          });
        }
      }
    },
    push(groupId, device, event, payload) {
      contained({ logger, groupId, device }, () => device.push(event, payload));
    },
    whisper(groupId, to, pushes) {
      for (const device of to) {
        contained({ logger, groupId, device }, () => {
          for (const { event, payload } of pushes) device.push(event, payload);
        });
      }
    },
    written: async () => {},
    seal() {},
  };
}
