import { type DeliveredMessage, type Notifier, type Recipient, systemClock } from '@plenum/core';
import { type AdapterFault, FaultSwitch } from './fault-switch.ts';

export interface Notification {
  readonly recipients: readonly Recipient[];
  readonly message: DeliveredMessage;
}

export interface RecordingNotifier extends Notifier {
  /** The deliveries in order, with copies, without refused messages. */
  readonly sent: readonly Notification[];
  /** How often it was called. */
  readonly calls: number;
  refuse(...messageIds: readonly string[]): void;
  /** Null ends the fault. */
  fault(fault: AdapterFault | null): void;
}

/** Makes a notifier that records its deliveries and fails on command. */
export function recordingNotifier(clock = systemClock): RecordingNotifier {
  const sent: Notification[] = [];
  const refused = new Set<string>();
  const faults = new FaultSwitch(clock);
  let calls = 0;
  return {
    sent,
    get calls() {
      return calls;
    },
    refuse: (...messageIds) => {
      for (const id of messageIds) refused.add(id);
    },
    fault: (fault) => faults.set(fault),
    notify: (recipients, message, call) => {
      calls += 1;
      return faults.play(call, () => {
        if (refused.has(message.message_id)) return { refused: 'refused by the test' };
        sent.push({ recipients, message });
        return undefined;
      });
    },
  };
}
