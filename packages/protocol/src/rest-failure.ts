import { z } from 'zod';
import { adminScopeSchema } from './admin-scopes.ts';
import { errorCodeSchema, type FailureBody } from './errors.ts';
import { requestIdSchema } from './ids.ts';

/** Every failure of REST has this shape, malformed JSON and unknown routes too. */
export interface RestFailure extends FailureBody {
  readonly request_id: string;
}

export const restFailureSchema = z.object({
  error: z.string().meta({
    description: 'A sentence for developers; do not match on it',
    examples: ['Rate limit exceeded'],
  }),
  code: errorCodeSchema,
  can_retry: z.boolean().describe('true: the same request may succeed later'),
  retry_after_ms: z.int().min(1).exactOptional().describe('Milliseconds to wait before the next try'),
  details: z
    .object({
      field: z.string().exactOptional().describe('The argument that was refused'),
      limit: z.number().exactOptional().describe('The bound that it went over'),
      reason: z.string().exactOptional().describe('What an adapter gave as its reason'),
      muted_until: z.string().exactOptional().describe('When the mute ends by itself, in UTC'),
      banned_until: z.string().exactOptional().describe('When the ban ends by itself, in UTC'),
      status: z.string().exactOptional(),
      scope: adminScopeSchema.exactOptional().describe('Of the admin token that this needs'),
    })
    .exactOptional(),
  request_id: requestIdSchema,
}) satisfies z.ZodType<RestFailure>;
