/** The URLs of a started server: each can be the REDIS_URL of a node. */
import { join } from 'node:path';
import type { RedisLogin, RedisServerOptions } from './redis-folder.ts';

interface At {
  readonly port: number;
  readonly dir: string;
}

export function urlsOf(
  options: RedisServerOptions,
  at: At,
): { readonly admin: string; readonly service: string } {
  const { users } = options;
  return {
    admin: urlOf(options, at, users?.admin),
    service: urlOf(options, at, users?.service ?? users?.admin),
  };
}

function urlOf({ tls }: RedisServerOptions, { port, dir }: At, login: RedisLogin | undefined): string {
  const user =
    login === undefined ? '' : `${[login.username, login.password].map(encodeURIComponent).join(':')}@`;
  if (tls === undefined) return `redis://${user}127.0.0.1:${port}`;
  return `rediss://${user}127.0.0.1:${port}?${tlsFields(dir, tls.areClientsCertified === true)}`;
}

/** @param isCertified true: the client shows the certificate of the server as its own */
function tlsFields(dir: string, isCertified: boolean): string {
  const names = isCertified ? ['ca', 'cert', 'key'] : ['ca'];
  return String(
    new URLSearchParams(names.map((name): [string, string] => [`tls_${name}`, join(dir, `${name}.pem`)])),
  );
}
