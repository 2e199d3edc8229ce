import { type RequestArgs, type RequestResult, SERVICE } from '@plenum/protocol';
import { relayed } from '../log/draft.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { emitSent } from '../telemetry/outcomes.ts';
import type { Caller, OperationDeps } from './operations.ts';
import { requestKey } from './request-key.ts';

type Relayed = RequestResult<'relay_msg'>;

/** One message through the pipeline: at its end it is checked, numbered, stored and published in one atomic step. */
export function relayMessage(
  { pipeline }: OperationDeps,
  caller: Caller,
  args: RequestArgs<'relay_msg'>,
): Promise<Outcome<Relayed>> {
  if (caller.actor === SERVICE) return Promise.resolve(fail(needsSender));
  const draft = {
    groupId: args.group_id,
    sender: caller.actor,
    request: requestKey(caller, 'relay_msg', args),
    message: args.message,
    isRateLimited: pipeline.isRateLimited,
  };
  return pipeline.send(draft).then((outcome) => {
    emitSent(draft, outcome);
    return outcome.type === 'appended' ? succeed(relayed(outcome)) : fail(outcome.failure);
  });
}

const needsSender = {
  code: 'invalid_args',
  error: 'from_user_id is required: the service itself sends no messages',
  details: { field: 'from_user_id' },
} as const;
