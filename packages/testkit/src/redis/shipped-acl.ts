/** The Redis user of `deploy/redis.acl`, with the password and the prefix of a test. */
import { readFileSync } from 'node:fs';

const file = new URL('../../../../deploy/redis.acl', import.meta.url);

export interface ShippedUserOptions {
  readonly password: string;
  /** Replaces the prefix `plenum` of keys and channels; may be a pattern such as `test-*`. */
  readonly prefix: string;
}

/** The arguments of `ACL SETUSER` for this user, one rule each. */
export function shippedRules({ password, prefix }: ShippedUserOptions): readonly string[] {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((one) => one.startsWith('user plenum '));
  if (line === undefined) throw new Error('deploy/redis.acl has no user "plenum".');
  const [, , ...rules] = line.trim().split(' ');
  return rules.flatMap((rule) => {
    if (rule === 'off') return ['on'];
    if (rule === 'resetpass') return ['resetpass', `>${password}`];
    return [rule.replace(/^([~&])plenum/, `$1${prefix}`)];
  });
}
