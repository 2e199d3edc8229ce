/** Sends the messages of one member to one group, one after the other. Each is repeated with its request id until it is answered. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Device } from './device.ts';
import type { SendOutcome, SentMessage } from './recorded-run.ts';
import type { Asked } from './requests.ts';

export interface SendingOptions {
  readonly device: Device;
  readonly groupId: string;
  /** Between an answer and the next send. */
  readonly everyMs: number;
  /** No new send begins after it. */
  readonly ended: AbortSignal;
  /** What is open is given up. */
  readonly givenUp: AbortSignal;
  readonly onSent: (sent: SentMessage) => void;
}

/** A retry of an unanswered request waits this long, or as long as the server asks for. */
const retryMs = 150;

export async function keepSending(options: SendingOptions): Promise<void> {
  const { device, groupId, everyMs, ended, givenUp, onSent } = options;
  const { userId } = device;
  for (let number = 1; !ended.aborted; number += 1) {
    const requestId = `${groupId}#${number}`;
    const text = `message ${number} of ${userId}`;
    const asked = { type: 'relay_msg', args: { group_id: groupId, message: text }, requestId };
    const sentMs = performance.now();
    const { outcome, wasUnknown } = await askUntilAnswered(device, asked, givenUp);
    const times = { sentMs, answeredMs: performance.now() };
    onSent({ groupId, userId, requestId, text, outcome, wasUnknown, times });
    await pause(everyMs);
  }
}

/** @returns `wasUnknown`: true if an attempt had no answer */
export async function askUntilAnswered(
  device: Device,
  asked: Asked,
  givenUp: AbortSignal,
): Promise<Pick<SentMessage, 'outcome' | 'wasUnknown'>> {
  let wasUnknown = false;
  while (!givenUp.aborted) {
    const answer = await device.ask(asked);
    if (answer === null) {
      wasUnknown = true;
      continue;
    }
    if (answer.success) return { outcome: outcomeOf(answer.result), wasUnknown };
    if (!answer.canRetry) return { outcome: { type: 'refused', code: answer.code }, wasUnknown };
    // A retriable answer may be `timeout`, after which the message is stored or not.
    wasUnknown = true;
    await pause(Math.max(retryMs, answer.retryAfterMs));
  }
  return { outcome: { type: 'unanswered' }, wasUnknown };
}

function outcomeOf(result: unknown): SendOutcome {
  if (typeof result !== 'object' || result === null || !('epoch' in result) || !('seq' in result)) {
    return { type: 'refused', code: 'an answer without a position' };
  }
  const messageId = 'message_id' in result ? String(result.message_id) : '';
  return { type: 'acked', epoch: String(result.epoch), seq: Number(result.seq), messageId };
}
