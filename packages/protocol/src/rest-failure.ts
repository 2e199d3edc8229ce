import { z } from 'zod';
import { type ErrorCode, errorCodes, type FailureBody } from './errors.ts';
import { requestIdSchema } from './ids.ts';

/** Every failure of REST has this shape, malformed JSON and unknown routes too. */
export interface RestFailure extends FailureBody {
  readonly request_id: string;
}
const codeSchema = z.custom<ErrorCode>((code) => errorCodes.some((known) => known === code));

export const restFailureSchema = z.object({
  error: z.string(),
  code: codeSchema.meta({ type: 'string', enum: errorCodes }),
  can_retry: z.boolean(),
  retry_after_ms: z.int().min(1).exactOptional(),
  details: z
    .object({
      field: z.string().exactOptional(),
      limit: z.number().exactOptional(),
      reason: z.string().exactOptional(),
      muted_until: z.string().exactOptional(),
      status: z.string().exactOptional(),
    })
    .exactOptional(),
  request_id: requestIdSchema,
}) satisfies z.ZodType<RestFailure>;
