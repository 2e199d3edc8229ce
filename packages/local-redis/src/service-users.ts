/** The users of an ACL file such as `deploy/redis.acl`, whose user `plenum` is off and has no password yet. */
import type { RedisUsers } from './redis-folder.ts';

export interface ServiceUserOptions {
  readonly password: string;
  /** Replaces the prefix `plenum` of keys and channels; may be a pattern such as `*`. */
  readonly prefix: string;
}

const username = 'plenum';

function lineOf(acl: string, name: string): string {
  const line = acl.split('\n').find((one) => one.startsWith(`user ${name} `));
  if (line === undefined) throw new Error(`The ACL file has no user "${name}".`);
  return line.trim();
}

/** The arguments of `ACL SETUSER` for the user `plenum`, one rule each. */
export function serviceRules(acl: string, { password, prefix }: ServiceUserOptions): readonly string[] {
  const [, , ...rules] = lineOf(acl, username).split(' ');
  return rules.flatMap((rule) => {
    if (rule === 'off') return ['on'];
    if (rule === 'resetpass') return ['resetpass', `>${password}`];
    return [rule.replace(/^([~&])plenum/, `$1${prefix}`)];
  });
}

/**
 * The user `plenum` beside an administrator.
 * @param adminPassword absent: the default user is the administrator, without a password. Given: the default user has the rights
 * of the file, and a user `admin` has all
 */
export function serviceUsers(acl: string, options: ServiceUserOptions, adminPassword?: string): RedisUsers {
  const service = { username, password: options.password };
  const plenum = `user ${username} ${serviceRules(acl, options).join(' ')}`;
  if (adminPassword === undefined) return { acl: ['user default on nopass ~* &* +@all', plenum], service };
  const admin = { username: 'admin', password: adminPassword };
  return { acl: [lineOf(acl, 'default'), adminLine(adminPassword), plenum], service, admin };
}

export const adminLine = (password: string): string => `user admin on >${password} ~* &* +@all`;
