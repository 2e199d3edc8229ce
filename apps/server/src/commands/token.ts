import { userIdSchema } from '@plenum/protocol';
import { clientConfigOrNull } from './read-configuration.ts';
import { refuse } from './refuse.ts';
import { nodeUrlOf, tokenFor } from './user-token.ts';

export interface TokenOptions {
  readonly user: string;
  readonly hours: string;
}

/** `plenum token`: prints a token for a user. @returns the exit code */
export async function token(options: TokenOptions): Promise<number> {
  const config = await clientConfigOrNull(['token, here or of a node']);
  if (config === null) return 1;
  const user = userIdSchema.safeParse(options.user);
  const hours = Number(options.hours);
  if (!user.success) return refuse(user.error.issues[0]?.message ?? 'not a user id');
  if (!(hours > 0 && hours <= 24 * 365)) return refuse('--hours must be above 0 and at most 8760');
  const grant = { userId: user.data, hours, url: nodeUrlOf(config) };
  process.stdout.write(`${await tokenFor(config, grant)}\n`);
  return 0;
}
