/** The last warnings and errors that each node has logged, read at the moment of the request. */
import { z } from 'zod';

/** Warnings that a node keeps; the oldest make room. */
export const warningsMax = 100;
/** Characters of a message, and of the text of a field. */
export const warningTextMax = 300;

export const nodeWarningSchema = z
  .object({
    at: z.string().max(40).describe('By the clock of the node'),
    level: z.enum(['warn', 'error', 'fatal']),
    message: z.string().max(warningTextMax),
    fields: z
      .record(z.string().max(64), z.union([z.string().max(warningTextMax), z.number(), z.boolean()]))
      .describe('Of the fault: never ids of users or groups, or addresses of clients'),
  })
  .meta({ id: 'NodeWarning' });
export type NodeWarning = z.infer<typeof nodeWarningSchema>;

export const clusterWarningsSchema = z.object({
  nodes: z
    .array(z.object({ node_id: z.string(), warnings: z.array(nodeWarningSchema) }))
    .describe('Those that answered, by `node_id`; the oldest warning first, at most 100 of a node'),
  missing: z
    .array(z.string())
    .describe('Registered nodes that did not answer within one second, or not in this form'),
});
export type ClusterWarnings = z.infer<typeof clusterWarningsSchema>;
