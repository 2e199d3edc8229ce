/** The audit log that the service keeps: what admin tokens did, and what was denied. */
import { z } from 'zod';
import { nextCursorSchema, paged } from './requests/arguments.ts';

const word = z.string().min(1).max(256);

export const auditQuerySchema = z.strictObject({
  ...paged,
  act: word.optional().describe('Only this request or route, such as `delete_group`'),
  name: word.optional().describe('Only this admin token, or `user:<id>`, or `unknown`'),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

const auditLineSchema = z
  .object({
    at: z.string().describe('UTC, ISO-8601 with milliseconds'),
    kind: z.enum(['act', 'denial']),
    act: z.string().describe('Name of the request or route'),
    name: z.string().describe('The admin token, or `user:<id>`, or `unknown`'),
    acting_as: z.string().exactOptional().describe('The user that the service acted as'),
    target: z.string().describe('The ids in the request, with spaces between them: `group:ops user:ada`'),
    outcome: z.string().describe('`ok`, or the code of the refusal'),
    address: z.string(),
    request_id: z.string(),
    node_id: z.string().describe('The node that was asked'),
  })
  .meta({ id: 'AuditLine' });

/**
 * The newest first; of one millisecond, acts before denials.
 * A page can have fewer lines than its limit, or none, and a `next_cursor`: a filter looks at 2,000 lines at most.
 */
export const auditPageSchema = z.object({ lines: z.array(auditLineSchema), next_cursor: nextCursorSchema });
export type AuditPage = z.infer<typeof auditPageSchema>;
