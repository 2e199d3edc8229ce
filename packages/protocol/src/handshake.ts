import { z } from 'zod';
import { limits } from './limits.ts';
import { positionSchema } from './requests.ts';

/** What a client passes as `auth` when it connects. */
export const handshakeSchema = z.object({
  token: z.string().min(1).max(limits.tokenMaxLength),
  positions: z.array(positionSchema).max(limits.subscribeMax).optional(),
  /** `auto` attaches the socket to every group in which the user is active or muted. */
  subscribe: z.enum(['auto', 'none']).default('auto'),
});
export type Handshake = z.infer<typeof handshakeSchema>;
