import { type RedisOptions, type SentinelConnectionOptions, SentinelConnector } from 'ioredis';
import type { KnownServers } from './known-servers.ts';

/**
 * Asks every Sentinel that is known when it connects. The library's own connector knows those that it was given and those
 * that were there when it connected last: a set whose Sentinels were all replaced meanwhile is not found again.
 */
export const connectorBy = (known: KnownServers): NonNullable<RedisOptions['Connector']> =>
  class extends SentinelConnector {
    /** @param options those of the client, as the library hands them to every connector */
    constructor(options: unknown) {
      super(isOfClient(options) ? options : {});
    }

    override connect(emit: Parameters<SentinelConnector['connect']>[0]) {
      for (const sentinel of known.endpoints) this.sentinelIterator.add(sentinel);
      return super.connect(emit);
    }
  };

const isOfClient = (options: unknown): options is SentinelConnectionOptions =>
  typeof options === 'object' && options !== null;
