/** The Redis users of `deploy/redis.acl`, with the passwords and the prefix of a test. */
import { readFileSync } from 'node:fs';
import {
  adminLine,
  type RedisUsers,
  type ServiceUserOptions,
  serviceRules,
  serviceUsers,
} from '@plenum/local-redis';

/** Read when it is used: a bundle that has this code is not beside the file. */
const shippedAcl = () => readFileSync(new URL('../../../../deploy/redis.acl', import.meta.url), 'utf8');
const servicePassword = 'of-the-shipped-user';
const adminPassword = 'of-the-administrator';

/** The arguments of `ACL SETUSER` for the user `plenum`, one rule each. */
export const shippedRules = (options: ServiceUserOptions): readonly string[] =>
  serviceRules(shippedAcl(), options);

/** The URL of a server that a test has started, with the user `plenum`. A URL with a user stays as it is. */
export const asService = (url: string): string =>
  url.replace(/(rediss?(?:\+sentinel)?:\/\/)(?=127\.0\.0\.1:)/g, `$1plenum:${servicePassword}@`);

export interface ShippedUsersOptions {
  /** Default `*`: any prefix. */
  readonly prefix?: string;
  /** True: the default user may only ping, as in the file, and an administrator has a password. Default false. */
  readonly isStrict?: boolean;
}

/** The user `plenum` with the rights of the file, beside an administrator. */
export const shippedUsers = ({ prefix = '*', isStrict = false }: ShippedUsersOptions = {}): RedisUsers =>
  serviceUsers(shippedAcl(), { password: servicePassword, prefix }, isStrict ? adminPassword : undefined);

/** Of a Sentinel: a user with the rights that a node needs there, beside an administrator. */
export function sentinelUsers(): RedisUsers {
  const rights =
    '&* -@all +sentinel|get-master-addr-by-name +sentinel|sentinels +subscribe +ping +info +client|setname';
  return {
    acl: [
      'user default on nopass -@all +ping',
      adminLine(adminPassword),
      `user watcher on >${servicePassword} ${rights}`,
    ],
    service: { username: 'watcher', password: servicePassword },
    admin: { username: 'admin', password: adminPassword },
  };
}
