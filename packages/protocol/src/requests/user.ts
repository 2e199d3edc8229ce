/** Requests about a user's connections; those that name a user are the service's. */
import { z } from 'zod';
import { timestampSchema } from '../groups.ts';
import { userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';

const user = z.strictObject({ user_id: userIdSchema });

export const userRequests = {
  refresh_token: {
    access: 'change',
    args: z.strictObject({ token: z.string().min(1).max(limits.tokenMaxLength) }),
    result: z.object({ expires_at: timestampSchema.nullable() }),
  },
  /** For the service only. Cuts the sockets that the user has now; they may come back. */
  disconnect_user: { access: 'change', args: user, result: z.object({ status: z.literal('disconnected') }) },
  /** For the service only. Every token that was issued to the user until `revoked_at` is invalid. */
  revoke_user: {
    access: 'change',
    args: user,
    result: z.object({ status: z.literal('revoked'), revoked_at: timestampSchema }),
  },
} as const;
