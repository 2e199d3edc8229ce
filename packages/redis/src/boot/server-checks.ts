/** The conditions that a Redis server must meet, one list entry per condition. */
import type { ServerInfo } from '../connections/server-info.ts';

/** @returns the sentence with which the boot fails, or null if the server meets the condition */
type ServerCheck = (info: ServerInfo) => string | null;

const isOldVersion: ServerCheck = (info) => {
  const version = info.get('redis_version') ?? 'of an unknown version';
  if (Number.parseInt(version, 10) >= 7) return null;
  return `Redis is ${version} and has to be 7.0 or newer (Valkey 8 or newer): sharded publish/subscribe began there.`;
};

const isReplica: ServerCheck = (info) =>
  info.get('role') === 'slave'
    ? 'Redis is a replica and takes no writes: let REDIS_URL name the master.'
    : null;

const isEvicting: ServerCheck = (info) => {
  const policy = info.get('maxmemory_policy');
  if (policy === undefined || policy === 'noeviction') return null;
  return `Redis' maxmemory-policy is ${policy} and has to be noeviction: it would drop groups and messages to make room.`;
};

const serverChecks: readonly ServerCheck[] = [isOldVersion, isReplica, isEvicting];

/** @param info the reply of CLUSTER INFO. @throws Error with one sentence if the Cluster does not serve every slot */
export function checkCluster(info: ServerInfo): void {
  const state = info.get('cluster_state') ?? 'unknown';
  const assigned = info.get('cluster_slots_assigned') ?? 'an unknown number';
  if (state === 'ok' && assigned === '16384') return;
  throw new Error(
    `The Redis Cluster is not ready: its state is ${state} and ${assigned} of 16384 slots have a master.`,
  );
}

/** @throws Error with one sentence for the first condition that the server does not meet */
export function checkServer(info: ServerInfo): void {
  for (const check of serverChecks) {
    const sentence = check(info);
    if (sentence !== null) throw new Error(sentence);
  }
}
