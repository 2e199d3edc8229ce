/** Finds the built pages of the playground, and says what they read of this node. */
import type { GatewayOptions } from '@plenum/gateway';
import type { PlaygroundSettings } from '@plenum/protocol';
import { builtPages, isBuilt, isConsoleServed } from './built-pages.ts';
import { isLoopback } from './config/requirements.ts';
import { version } from './config/version.ts';
import type { Config } from './config.ts';
import { lanAddresses } from './dev/lan-door.ts';

type PlaygroundConfig = Pick<
  Config,
  'hasPlayground' | 'hasConsole' | 'adminPort' | 'event' | 'service' | 'isDev' | 'host' | 'redisUrl'
>;

export interface PlaygroundDeps {
  readonly config: PlaygroundConfig;
  /** True for a node of `npm run cluster`. */
  readonly hasCluster: boolean;
  /** Where `--lan` lets phones in. */
  readonly doorHosts?: () => readonly string[];
}

/** True if the playground is on, and its pages are built. */
export const isPlaygroundServed = ({ hasPlayground }: Pick<Config, 'hasPlayground'>): boolean =>
  hasPlayground && isBuilt('index.html');

/** @returns null if it is off, or if its pages are not built */
export function playgroundOf(deps: PlaygroundDeps): NonNullable<GatewayOptions['playground']> | null {
  const { config, hasCluster, doorHosts } = deps;
  if (!isPlaygroundServed(config)) return null;
  const settings = (): PlaygroundSettings => ({
    event: config.event,
    service: config.service,
    version,
    has_dev_tokens: config.isDev,
    lan_hosts: doorHosts?.() ?? lanHosts(config.host),
    has_cluster: hasCluster,
    has_console: isConsoleServed(config) && config.adminPort === undefined,
    storage: config.redisUrl === null ? 'memory' : 'redis',
  });
  return { folder: builtPages, settings };
}

/** The addresses under which other devices of the network reach a node that listens on `host`. */
function lanHosts(host: string): readonly string[] {
  if (isLoopback(host)) return [];
  if (host !== '0.0.0.0' && host !== '::') return [host.includes(':') ? `[${host}]` : host];
  return lanAddresses();
}
