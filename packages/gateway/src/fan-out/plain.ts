/** Socket.IO's ordinary path: every entry is a packet, and every packet is written at once. The fallback of `coalesced`. */
import { type FanOut, type Logger, messageOf } from '@plenum/core';
import { contained } from './contained.ts';

export function createPlainFanOut(logger: Logger): FanOut {
  return {
    deliver(groupId, to, entries) {
      for (const entry of entries) {
        for (const subscriber of to) {
          contained({ logger, groupId, subscriber }, () => {
            if (entry.kind === 'message') subscriber.push('relay_message', messageOf(entry));
            else subscriber.push('group_event', entry.event);
          });
        }
      }
    },
    push(groupId, subscriber, event, payload) {
      contained({ logger, groupId, subscriber }, () => subscriber.push(event, payload));
    },
    whisper(groupId, to, pushes) {
      for (const subscriber of to) {
        contained({ logger, groupId, subscriber }, () => {
          for (const { event, payload } of pushes) subscriber.push(event, payload);
        });
      }
    },
    written: async () => {},
    seal() {},
  };
}
