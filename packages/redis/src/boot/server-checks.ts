/** What a Redis must be before this service trusts it. A list: adding a condition is adding a line. */
import type { ServerInfo } from './server-info.ts';

/** @returns the sentence that refuses the boot, or null. */
type ServerCheck = (info: ServerInfo) => string | null;

const isOldVersion: ServerCheck = (info) => {
  const version = info.get('redis_version') ?? 'of an unknown version';
  if (Number.parseInt(version, 10) >= 7) return null;
  return `Redis is ${version} and has to be 7.0 or newer (Valkey 8 or newer): sharded publish/subscribe began there.`;
};

const isCluster: ServerCheck = (info) =>
  info.get('cluster_enabled') === '1'
    ? 'Redis runs in cluster mode (cluster_enabled:1), which is not supported yet: use a standalone Redis.'
    : null;

const isReplica: ServerCheck = (info) =>
  info.get('role') === 'slave'
    ? 'Redis is a replica and takes no writes: let REDIS_URL name the master.'
    : null;

const isEvicting: ServerCheck = (info) => {
  const policy = info.get('maxmemory_policy');
  if (policy === undefined || policy === 'noeviction') return null;
  return `Redis' maxmemory-policy is ${policy} and has to be noeviction: it would drop groups and messages to make room.`;
};

const serverChecks: readonly ServerCheck[] = [isOldVersion, isCluster, isReplica, isEvicting];

/** @throws Error with one sentence for the first condition that does not hold. */
export function checkServer(info: ServerInfo): void {
  for (const check of serverChecks) {
    const sentence = check(info);
    if (sentence !== null) throw new Error(sentence);
  }
}
