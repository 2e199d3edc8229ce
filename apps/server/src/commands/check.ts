/** `plenum check`: reports whether a node would start with this configuration, and which failures an ack would survive. */
import { jwksProblem } from '@plenum/adapters';
import type { DurabilityClass } from '@plenum/core';
import { openConfiguredAdapters, openEngine } from '../compose.ts';
import { describeConfig, secretsOfConfig } from '../config/describe.ts';
import { hiding, maskedText, sentenceOf } from '../config/masked.ts';
import type { Config } from '../config.ts';
import { silentLogger } from '../logging.ts';
import { diskProblems, diskWarnings } from '../store-disks.ts';
import { nodeConfigOrNull } from './read-configuration.ts';

const survives: Readonly<Record<DurabilityClass, string>> = {
  D0: 'the end of a node; nothing survives the end of the engine',
  D1: 'the end of Redis; a power failure but for about the last second',
  D2: 'the end of Redis and a power failure',
  D3: 'as D1, and mostly the loss of the master (a replica is attached; replication is asynchronous)',
  D4: 'the loss of the master: a replica has it',
  D5: 'the loss of the master and a power failure: the disks have it',
  unknown: 'what the settings of Redis say: it does not let us read them',
};

/** An adapter that does not answer within this time, ms, counts as broken. */
const patienceMs = 10_000;

type Say = (name: string, value: unknown) => void;

/** Tries everything, and prints each problem as one sentence. @returns the exit code */
export async function check(): Promise<number> {
  const config = await nodeConfigOrNull();
  if (config === null) return 1;
  const mask = hiding(secretsOfConfig(config));
  const say: Say = (name, value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    process.stdout.write(`${name.padEnd(18)} ${mask(text)}\n`);
  };
  for (const [name, value] of Object.entries(describeConfig(config))) say(name, value);
  const tried = await Promise.all([
    storeProblems(config, say),
    adapterProblems(config),
    jwksProblems(config),
  ]);
  const problems = tried.flat();
  if (problems.length === 0) return 0;
  const lines = problems.map((problem) => `  - ${mask(maskedText(problem))}\n`);
  process.stderr.write(`A node would not work with this:\n${lines.join('')}`);
  return 1;
}

async function storeProblems(config: Config, say: Say): Promise<readonly string[]> {
  const { redisUrl, prefix, engineSettings: settings } = config;
  try {
    const engine = await openEngine({ redisUrl, prefix, settings, logger: silentLogger(), role: 'client' });
    try {
      const [{ durability }, servers] = await Promise.all([engine.health(), engine.servers('default')]);
      if (engine.name === 'redis') say('redis', 'reachable, version and maxmemory-policy as needed');
      if (engine.dataVersion !== null) say('data version', `${engine.dataVersion}, as this version reads`);
      say('durability', `${durability}: an ack survives ${survives[durability]}`);
      const problems = diskProblems(servers);
      if (problems.length === 0) for (const warning of diskWarnings(servers)) say('redis disk', warning);
      return problems;
    } finally {
      await engine.close();
    }
  } catch (error) {
    return [sentenceOf(error)];
  }
}

export async function adapterProblems(config: Config): Promise<readonly string[]> {
  try {
    const adapters = openConfiguredAdapters(config, silentLogger());
    try {
      return await adapters.problems({ signal: AbortSignal.timeout(patienceMs) });
    } finally {
      await adapters.close();
    }
  } catch (error) {
    return [sentenceOf(error)];
  }
}

export async function jwksProblems({ jwks }: Config): Promise<readonly string[]> {
  const problem = jwks === null ? null : await jwksProblem(jwks);
  return problem === null ? [] : [problem];
}
