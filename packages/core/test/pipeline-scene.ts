/** A pipeline over a log that records its calls, and a clock that does not move. */
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { AuthGuard, ModerationGuard } from '../src/adapters/guards.ts';
import type { Appended, AppendOutcome, MessageDraft, MessageExtras, Pushed } from '../src/log/draft.ts';
import type { EditMessage, MessageOutcome } from '../src/log/message-commands.ts';
import type { Adapters } from '../src/ports/adapters.ts';
import type { GroupLog } from '../src/ports/group-log.ts';
import type { MessageChanges } from '../src/ports/message-changes.ts';
import { createSendPipeline, type PipelineDeps } from '../src/send/pipeline.ts';
import { HandClock } from './hand-clock.ts';

const draft: MessageDraft = {
  groupId: groupIdSchema.parse('room'),
  sender: userIdSchema.parse('ann'),
  request: { id: 'r1', payloadHash: 'hash', rememberMs: 1 },
  message: 'hello',
  isRateLimited: true,
};
export const appended: Appended = {
  type: 'appended',
  isDuplicate: false,
  epoch: 'e',
  seq: 2,
  messageId: 'e-2',
  recipientsCount: 1,
  timestampMs: 0,
};

const pushed: Pushed = {
  ...{ type: 'pushed', isDuplicate: false, epoch: 'e', seq: 2, recipientsCount: 1, timestampMs: 0 },
};

const edit: EditMessage = {
  operation: 'edit',
  groupId: draft.groupId,
  actor: draft.sender,
  request: draft.request,
  target: { epoch: 'e', seq: 1 },
  message: 'hello again',
  metadata: null,
  mentions: null,
  isRateLimited: true,
};
const edited: MessageOutcome = {
  type: 'changed',
  isDuplicate: false,
  epoch: 'e',
  seq: 3,
  edits: 1,
  editedAtMs: 0,
  mentionsDropped: [],
  count: 0,
};

export interface PipelineSceneOptions extends Pick<PipelineDeps, 'order' | 'middleware'>, Adapters {
  readonly admits?: Awaited<ReturnType<GroupLog['admit']>>;
  readonly appends?: () => Promise<AppendOutcome>;
}

export function pipelineScene({ auth, moderation, admits, appends, ...options }: PipelineSceneOptions) {
  /** What the log was asked, in order. */
  const asked: string[] = [];
  const logged: string[] = [];
  const clock = new HandClock();
  const note = (_: object, message: string) => void logged.push(message);
  const logger = { debug: note, info: note, warn: note, error: note };
  const unused = () => Promise.reject(new Error('unused'));
  const rate = (given: { readonly isRateLimited: boolean }) => (given.isRateLimited ? '+rate' : '');
  const log: GroupLog = {
    admit: async (given) => {
      asked.push(`admit${rate(given)}`);
      return admits ?? { type: 'admitted' };
    },
    append: async (given) => {
      asked.push(`append${rate(given)}`);
      return appends?.() ?? appended;
    },
    appendWith: () => asked.push('appendWith'),
    sendEphemeral: async (given) => {
      asked.push(`push${rate(given)}`);
      return pushed;
    },
    after: unused,
    before: unused,
    heads: unused,
  };
  const changes: MessageChanges = {
    admit: async (command) => {
      asked.push(`admit${'isRateLimited' in command ? rate(command) : ''}`);
      return { type: 'admitted' };
    },
    change: async (command) => {
      asked.push(`change${'isRateLimited' in command ? rate(command) : ''}`);
      return edited;
    },
    get: unused,
    states: unused,
    reactions: unused,
    pins: unused,
    lost: unused,
    writtenBy: unused,
  };
  const pipeline = createSendPipeline({
    log,
    changes,
    clock,
    logger,
    auth: auth === undefined ? null : new AuthGuard(auth, { clock, logger }),
    moderation: moderation === undefined ? null : new ModerationGuard(moderation, { clock, logger }),
    ...options,
  });
  return {
    asked,
    logged,
    clock,
    pipeline,
    send: (extras?: MessageExtras) => pipeline.send(extras === undefined ? draft : { ...draft, extras }),
    edit: () => pipeline.edit(edit),
  };
}
