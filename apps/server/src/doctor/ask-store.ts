/** What Redis is at this moment: the durability class, and of each server the fields of INFO that help and identify nothing. */
import type { EngineHealth } from '@plenum/core';
import { openEngine } from '../compose.ts';
import type { Config } from '../config.ts';
import { silentLogger } from '../logging.ts';
import { missingAdapters } from '../missing-adapters.ts';

export interface StoreReport {
  readonly engine: string;
  readonly health: EngineHealth;
  /** Why a node of this configuration would not start on what is stored. */
  readonly problems: readonly string[];
  /** Null: the server did not answer. */
  readonly servers: Readonly<Record<string, Readonly<Record<string, string>> | null>>;
}

/** Neither addresses, nor paths, nor ids. */
const shown = new RegExp(
  `^(?:${[
    'redis_version|valkey_version|server_name|redis_mode|os|arch_bits|uptime_in_seconds|hz|loading|async_loading',
    '(?:connected|blocked|pubsub|tracking|cluster)_(?:clients|connections)|maxclients|client_recent_max_\\w+',
    'used_memory(?:_rss|_peak|_lua|_vm_eval|_scripts|_overhead|_dataset)?|maxmemory(?:_policy)?|mem_fragmentation_ratio|mem_clients_\\w+',
    'rdb_\\w+|aof_\\w+|total_\\w+|instantaneous_\\w+|rejected_connections|evicted_\\w+|expired_keys|keyspace_\\w+',
    'pubsub\\w*|latest_fork_usec|role|connected_slaves|min_slaves_good_slaves|master_link_status|master_last_io_seconds_ago',
    'second_repl_offset|repl_backlog_\\w+|used_cpu_\\w+|cluster_enabled|unexpected_error_replies|errorstat_(?:LOADING|MISCONF|NOREPLICAS|OOM)|acl_access_denied_\\w+|db\\d+',
  ].join('|')})$`,
);

/** @throws Error with one sentence if Redis cannot be used */
export async function askStore(config: Config): Promise<StoreReport> {
  const { redisUrl, prefix, engineSettings: settings } = config;
  const engine = await openEngine({ redisUrl, prefix, settings, logger: silentLogger(), role: 'client' });
  try {
    const [health, servers] = await Promise.all([engine.health(), engine.servers('default')]);
    const reports = servers.map(({ name, info }) => [
      name,
      info === null ? null : Object.fromEntries([...info].filter(([field]) => shown.test(field))),
    ]);
    return {
      ...{ engine: engine.name, health, problems: missingAdapters(config, engine) },
      servers: Object.fromEntries(reports),
    };
  } finally {
    await engine.close();
  }
}
