/** `plenum check`: whether a node would start with this configuration, and what an ack would survive. */
import type { DurabilityClass } from '@plenum/core';
import { openConfiguredAdapters, openEngine } from '../compose.ts';
import { describeConfig } from '../config/describe.ts';
import { createLogger } from '../logging.ts';
import { configOrSay } from './config-or-say.ts';

const survives: Readonly<Record<DurabilityClass, string>> = {
  D0: 'the end of a node; nothing survives the end of the engine',
  D1: 'the end of Redis; a power failure but for about the last second',
  D2: 'the end of Redis and a power failure',
  D3: 'as D1, and mostly the loss of the master (a replica is attached; replication is asynchronous)',
  D4: 'the loss of the master: a replica has it',
  D5: 'the loss of the master and a power failure: the disks have it',
  unknown: 'what the settings of Redis say: it does not let us read them',
};

/** @returns the exit code. */
export async function check(): Promise<number> {
  const config = await configOrSay();
  if (config === null) return 1;
  const say = (name: string, value: unknown) =>
    process.stdout.write(`${name.padEnd(18)} ${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
  for (const [name, value] of Object.entries(describeConfig(config))) say(name, value);
  const logger = createLogger({ level: 'silent', isDev: false, nodeId: 'check' });
  await openConfiguredAdapters(config, logger).close();
  const engine = await openEngine({
    redisUrl: config.redisUrl,
    prefix: config.prefix,
    settings: config.engineSettings,
    logger,
    role: 'client',
  });
  try {
    const { durability } = await engine.health();
    if (engine.name === 'redis') say('redis', 'reachable, version and maxmemory-policy as needed');
    say('durability', `${durability}: an ack survives ${survives[durability]}`);
    return 0;
  } finally {
    await engine.close();
  }
}
