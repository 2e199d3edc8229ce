/** The path of one message through a cluster, as a timeline. */
import { z } from 'zod';
import { seqSchema, timestampSchema } from './groups.ts';
import { userIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { messageTextSchema } from './text.ts';

/**
 * `gateway`: the request has arrived and is checked. `script`: the message is stored, numbered and published. `feed`:
 * a node has the entry. `devices`: it is written to the sockets of the node. `archive`, `notifier`: the adapter was
 * called.
 */
export const traceStageSchema = z.enum(['gateway', 'script', 'feed', 'devices', 'archive', 'notifier']);
export type TraceStage = z.infer<typeof traceStageSchema>;

const traceEventSchema = z
  .object({
    at_ms: z.number().meta({
      description:
        'ms after `started_at`, with fractions. Below 0, or before the stage that it follows, where the clocks of two nodes differ',
    }),
    node_id: z.string(),
    stage: traceStageSchema,
    took_ms: z
      .number()
      .min(0)
      .exactOptional()
      .describe('How long the stage took on its node, ending at `at_ms`'),
    count: z
      .int()
      .min(0)
      .exactOptional()
      .describe('`feed`, `devices`: devices of this node; `notifier`, `archive`: which call it is, from 1'),
    detail: z.string().exactOptional().describe('A sentence about the outcome'),
  })
  .meta({ id: 'TraceEvent' });

export const traceArgsSchema = z.strictObject({
  from_user_id: userIdSchema,
  message: messageTextSchema(limits.traceMessageMaxBytes)
    .default('A message that shows its own path')
    .describe('Members see it as any other message'),
  wait_ms: z
    .int()
    .min(0)
    .max(limits.traceWaitMsMax)
    .default(1000)
    .describe('How long the nodes look for the message after it is stored, ms'),
});

export const traceSchema = z
  .object({
    message_id: z.string(),
    epoch: z.string(),
    seq: seqSchema,
    recipients_count: z.int().min(0),
    started_at: timestampSchema.describe('When the request arrived, by the clock of Redis'),
    events: z.array(traceEventSchema).describe('By `at_ms`'),
    missing: z
      .array(z.string())
      .describe('Nodes that did not answer, so their part of the path is not known'),
  })
  .meta({ id: 'Trace' });

export type TraceArgs = z.infer<typeof traceArgsSchema>;
export type TraceEvent = z.infer<typeof traceEventSchema>;
export type Trace = z.infer<typeof traceSchema>;
