/** Decides when the next message is sent. Closed loop: after an answer. Open loop: by the clock. */
import type { Member } from './member.ts';
import { nowUs } from './monotonic.ts';
import type { Load } from './plan.ts';

export interface Pace {
  /** No send begins after it. */
  stop(): void;
}

/** Pause of a sender after a refusal, ms. */
const afterRefusalMs = 50;

export function startPace(load: Load, senders: readonly Member[]): Pace {
  return load.kind === 'closed'
    ? startClosedLoop(senders, load.windowPerSender)
    : startOpenLoop(senders, load.ratePerSec);
}

function startClosedLoop(senders: readonly Member[], window: number): Pace {
  let isStopped = false;
  const next = (sender: Member): void => {
    if (isStopped) return;
    sender.post(nowUs(), (isAcked) => {
      if (isAcked) next(sender);
      else setTimeout(() => next(sender), afterRefusalMs);
    });
  };
  for (const sender of senders) for (let i = 0; i < window; i += 1) next(sender);
  return {
    stop: () => {
      isStopped = true;
    },
  };
}

/** Send number i is due at start + i / rate. A delay of the timer or of the sender counts as latency. */
function startOpenLoop(senders: readonly Member[], ratePerSec: number): Pace {
  const startUs = nowUs();
  let sent = 0;
  const dueUs = () => startUs + (sent * 1e6) / ratePerSec;
  const tick = () => {
    for (let due = dueUs(); due <= nowUs(); due = dueUs()) {
      senders[sent % senders.length]?.post(Math.round(due), () => {});
      sent += 1;
    }
  };
  const isSilent = senders.length === 0 || ratePerSec === 0;
  const timer = isSilent ? null : setInterval(tick, 1);
  return { stop: () => clearInterval(timer ?? undefined) };
}
