/** Reads only the settings that the commands of a user need: where a node is, its event name, and how tokens are signed. */
import {
  type ConfigReading,
  environment,
  type FileReading,
  variableProblems,
  variablesOf,
} from '../config.ts';
import { environmentSchema } from './environment.ts';

/** The groups of settings that a command needs because its command line does not contain them. */
export type ClientNeed = 'place' | 'token' | 'token, here or of a node' | 'admin token';

const place = ['HOST', 'PORT'];
const token = ['PLENUM_JWT_SECRET', 'PLENUM_JWKS_URL'];

function namesOf(need: ClientNeed, isSecretSet: boolean): readonly string[] {
  if (need === 'place') return place;
  if (need === 'admin token') return ['PLENUM_ADMIN_TOKEN'];
  // Without a secret the command asks a node in dev mode for a token, so it needs that node's address.
  return need === 'token' || isSecretSet ? token : [...token, ...place];
}

const clientSchema = environmentSchema.pick({
  HOST: true,
  PORT: true,
  PLENUM_EVENT: true,
  PLENUM_JWT_SECRET: true,
  PLENUM_JWKS_URL: true,
  PLENUM_ADMIN_TOKEN: true,
  PLENUM_MESSAGE_MAX_BYTES: true,
});

export interface ClientConfig {
  readonly host: string;
  readonly port: number;
  readonly event: string;
  /** The secret that signs tokens; null if none is configured here. */
  readonly jwtSecret: string | null;
  /** True if an identity provider signs the tokens. */
  readonly hasJwks: boolean;
  /** The first one; null if none is configured here. */
  readonly adminToken: string | null;
  readonly messageMaxBytes: number;
}

export type ClientConfigReading =
  | { readonly ok: true; readonly config: ClientConfig; readonly warnings: readonly string[] }
  | Extract<ConfigReading, { readonly ok: false }>;

/**
 * Ignores variables that a client does not need, even if they are wrong. Ignores a file that cannot be read, if the command
 * line contains everything.
 */
export function readClientConfig(
  needs: readonly ClientNeed[],
  file: FileReading,
  from: NodeJS.ProcessEnv = environment,
): ClientConfigReading {
  const { texts, warnings } = variablesOf(from, file);
  const isSecretSet = texts['PLENUM_JWT_SECRET'] !== undefined;
  const needed = [
    'PLENUM_EVENT',
    'PLENUM_MESSAGE_MAX_BYTES',
    ...needs.flatMap((need) => namesOf(need, isSecretSet)),
  ];
  const asked = Object.fromEntries(needed.map((name) => [name, texts[name]]));
  const parsed = clientSchema.safeParse(asked);
  const all = [...warnings, ...file.problems];
  if (!parsed.success) return { ok: false, problems: variableProblems(parsed.error, texts), warnings: all };
  const { HOST: host, PORT: port, PLENUM_EVENT: event, PLENUM_JWT_SECRET, PLENUM_JWKS_URL } = parsed.data;
  const config = {
    ...{ host, port, event },
    jwtSecret: PLENUM_JWT_SECRET?.[0] ?? null,
    hasJwks: PLENUM_JWKS_URL !== undefined,
    adminToken: parsed.data.PLENUM_ADMIN_TOKEN?.[0] ?? null,
    messageMaxBytes: parsed.data.PLENUM_MESSAGE_MAX_BYTES,
  };
  return { ok: true, config, warnings: all };
}
