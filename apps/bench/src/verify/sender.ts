/** One member's sends to one group: each is repeated under its request id until it is answered, then the next one follows. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Device } from './device.ts';
import type { SendOutcome, Sent } from './history.ts';
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
  readonly onSent: (sent: Sent) => void;
}

/** A retry of an unanswered request waits this long, or as long as the server asks for. */
const retryMs = 150;

export async function keepSending(options: SendingOptions): Promise<void> {
  const { device, groupId, everyMs, ended, givenUp, onSent } = options;
  for (let number = 1; !ended.aborted; number += 1) {
    const requestId = `${groupId}#${number}`;
    const text = `message ${number} of ${device.userId}`;
    const asked = { type: 'relay_msg', args: { group_id: groupId, message: text }, requestId };
    const outcome = await askUntilAnswered(device, asked, givenUp);
    onSent({ groupId, userId: device.userId, requestId, text, outcome });
    await pause(everyMs);
  }
}

export async function askUntilAnswered(
  device: Device,
  asked: Asked,
  givenUp: AbortSignal,
): Promise<SendOutcome> {
  while (!givenUp.aborted) {
    const answer = await device.ask(asked);
    if (answer === null) continue;
    if (!answer.success) {
      if (!answer.canRetry) return { kind: 'refused', code: answer.code };
      await pause(Math.max(retryMs, answer.retryAfterMs));
      continue;
    }
    const position = positionIn(answer.result);
    return position === null
      ? { kind: 'refused', code: 'an answer without a position' }
      : { kind: 'acked', ...position };
  }
  return { kind: 'unanswered' };
}

function positionIn(result: unknown): { epoch: string; seq: number } | null {
  if (typeof result !== 'object' || result === null || !('epoch' in result) || !('seq' in result))
    return null;
  return { epoch: String(result.epoch), seq: Number(result.seq) };
}
