/** One node: started in order, drained and stopped in reverse. */
import type { Logger } from '@plenum/core';
import { openDomain, openEngine, openGateway, openNodeAdapters } from './compose.ts';
import type { Config } from './config.ts';
import { createLifecycle } from './lifecycle.ts';
import { secretsOf } from './secrets.ts';
import { version } from './version.ts';

export interface PlenumNode {
  readonly url: string;
  /** Null: the admin token is served on `url`. */
  readonly adminUrl: string | null;
  /** Not ready → clients are told to move → closed, within `drainMs` and what is in flight. Idempotent. */
  stop(drainMs: number): Promise<void>;
}

/** All or nothing. @throws Error with one clear sentence for what the operator can mend. */
export async function startNode(config: Config, logger: Logger): Promise<PlenumNode> {
  const lifecycle = createLifecycle(logger);
  try {
    const engine = await openEngine({
      redisUrl: config.redisUrl,
      prefix: config.prefix,
      settings: config.engineSettings,
      logger,
      role: 'node',
    });
    lifecycle.started('engine', () => engine.close());
    const { adapters, close } = openNodeAdapters(config, logger);
    lifecycle.started('adapters', close);
    const { middleware, requests } = config.own;
    const domain = openDomain(engine, logger, { ...config, adapters, middleware });
    lifecycle.started('core', () => domain.core.stop());
    domain.core.start();
    const secrets = await secretsOf(config, engine);
    const gateway = await openGateway({ engine, domain, logger, config, secrets, version, requests });
    lifecycle.started('gateway', () => gateway.close());
    const { url, adminUrl } = await gateway.listen();
    const { durability } = await engine.health();
    logger.info(
      {
        engine: engine.name,
        durability,
        prefix: config.prefix,
        url,
        ...(adminUrl === null ? {} : { adminUrl }),
      },
      'ready',
    );
    return {
      url,
      adminUrl,
      stop: async (drainMs) => {
        await gateway.drain(drainMs);
        await lifecycle.stop();
      },
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}
