import type { Appended, AppendOutcome, MessageDraft } from '../log/draft.ts';
import type { Clock } from '../ports/clock.ts';
import type { GroupLog } from '../ports/group-log.ts';
import type { Logger } from '../ports/telemetry.ts';

/** A message on its way through the pipeline. */
export interface Sending {
  readonly draft: MessageDraft;
  /** See `GroupLog.append`. */
  readonly onCommitted: ((appended: Appended) => void) | undefined;
}

/** One step: refuses, answers, or goes on by `next`. It may throw `PlenumError` only. */
export type SendStep = (sending: Sending, next: () => Promise<AppendOutcome>) => Promise<AppendOutcome>;

export interface StepParts {
  readonly log: GroupLog;
  readonly clock: Clock;
  readonly logger: Logger;
}
