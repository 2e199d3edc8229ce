/** The link that opens the console once in dev mode: its code, and the admin token that the page gets for it. */
import { createHash, randomBytes } from 'node:crypto';
import type { Engine } from '@plenum/core';
import { type AdminToken, fullAdminToken } from '@plenum/gateway';
import { newSecret } from '../secrets.ts';

export interface ConsoleAccess {
  /** The token as the nodes know it. It has all scopes. */
  readonly adminToken: AdminToken;
  /** Makes a code that any node of the prefix takes, once, within ten minutes. */
  newCode(): Promise<string>;
  /** @returns the token; null for a code that was taken, is past its time or was never made */
  take(code: string): Promise<string | null>;
}

/** 144 bits. */
const codeBytes = 18;
const codeLifeMs = 10 * 60_000;
/** No configured token can have this name. */
const tokenName = 'token-console';

const digestOf = (code: string): string => createHash('sha256').update(code).digest('base64url');

/** The nodes agree on the token, so that a code which one of them made opens the console at all of them. */
export async function consoleAccessTo({
  agreeOn,
  codes,
}: Pick<Engine, 'agreeOn' | 'codes'>): Promise<ConsoleAccess> {
  const token = await agreeOn('console-token', newSecret());
  return {
    adminToken: { ...fullAdminToken(token), name: tokenName },
    newCode: async () => {
      const code = randomBytes(codeBytes).toString('base64url');
      await codes.keep(digestOf(code), codeLifeMs);
      return code;
    },
    take: async (code) => ((await codes.take(digestOf(code))) ? token : null),
  };
}

/** @param url where the console is */
export const consoleLink = (url: string, code: string): string => `${url}/console#code=${code}`;

/** @returns the code of such a link; null if it has none */
export const codeIn = (link: string): string | null =>
  new URLSearchParams(new URL(link).hash.slice(1)).get('code');
