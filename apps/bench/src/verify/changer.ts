/**
 * Changes the messages that one member has got in one group, one after the other: edits and take-downs of its own, reactions to
 * those of all. Each is repeated with its request id until it is answered.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { nextChange } from '@plenum/testkit';
import type { MadeChange } from './recorded-run.ts';
import { askUntilAnswered, type SendingOptions } from './sender.ts';

export interface ChangingOptions extends Omit<SendingOptions, 'onSent'> {
  readonly onChanged: (made: MadeChange) => void;
  /** Chooses the changes, from 0 to 1. */
  readonly draw: () => number;
}

export async function keepChanging(options: ChangingOptions): Promise<void> {
  const { device, groupId, everyMs, ended, givenUp, onChanged, draw } = options;
  const { userId } = device;
  for (let number = 1; !ended.aborted; number += 1) {
    const entries = device.views.get(groupId)?.entries ?? [];
    const change = nextChange({ userId, groupId, entries, pins: 0, draw });
    if (change !== null) {
      const { operation, targetSeq, request: type, args } = change;
      const requestId = `${groupId}#change-${number}`;
      const answered = await askUntilAnswered(device, { type, args, requestId }, givenUp);
      onChanged({ groupId, userId, requestId, operation, targetSeq, ...answered });
    }
    await pause(everyMs);
  }
}
