/** Options of the library that a variable of the environment sets too are judged by the form of that variable. */
import { environmentSchema } from '../config/environment.ts';

const judged = [
  ['redisUrl', 'REDIS_URL'],
  ['prefix', 'PLENUM_PREFIX'],
  ['jwtSecret', 'PLENUM_JWT_SECRET'],
  ['adminToken', 'PLENUM_ADMIN_TOKEN'],
  ['service', 'PLENUM_SERVICE'],
  ['event', 'PLENUM_EVENT'],
  ['corsOrigins', 'PLENUM_CORS_ORIGINS'],
  ['messageMaxBytes', 'PLENUM_MESSAGE_MAX_BYTES'],
  ['maxConnectionsPerUser', 'PLENUM_MAX_CONNECTIONS_PER_USER'],
  ['maxConnectionsPerIp', 'PLENUM_MAX_CONNECTIONS_PER_IP'],
] as const;

type JudgedOptions = { readonly [Name in (typeof judged)[number][0]]?: string | number | readonly string[] };

/** @returns a sentence about the first with which no node would start; the value, which may be a secret, does not stand in it. */
export function optionProblem(options: JudgedOptions): { field: string; sentence: string } | null {
  for (const [field, variable] of judged) {
    const value = options[field];
    if (value === undefined) continue;
    const [issue] = environmentSchema.shape[variable].safeParse(String(value)).error?.issues ?? [];
    if (issue !== undefined) return { field, sentence: `${field} ${issue.message}` };
  }
  return null;
}
