/** `plenum check`: reports whether a node would start with this configuration, and which failures an ack would survive. */
import { jwksProblem } from '@plenum/adapters';
import type { DurabilityClass, StoreServer } from '@plenum/core';
import { openConfiguredAdapters, openEngine } from '../compose.ts';
import { describeConfig, secretsOfConfig } from '../config/describe.ts';
import { hiding, maskedText, sentenceOf } from '../config/masked.ts';
import type { Config } from '../config.ts';
import { silentLogger } from '../logging.ts';
import { missingAdapters } from '../missing-adapters.ts';
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
  if (problems.length === 0) {
    say('tried', `${triedParts(config).join(', ') || 'nothing: all is in this process'}: no problem`);
    return 0;
  }
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
      for (const server of servers) say('maxmemory', maxMemoryText(server));
      if (engine.dataVersion !== null) say('data version', `${engine.dataVersion}, as this version reads`);
      say('durability', `${durability}: an ack survives ${survives[durability]}`);
      const problems = [...diskProblems(servers), ...missingAdapters(config, engine)];
      if (problems.length === 0) for (const warning of diskWarnings(servers)) say('redis disk', warning);
      return problems;
    } finally {
      await engine.close();
    }
  } catch (error) {
    return [sentenceOf(error)];
  }
}

const mebibyte = 1024 ** 2;

function maxMemoryText({ name, info }: StoreServer): string {
  const bytes = Number(info?.get('maxmemory') ?? Number.NaN);
  if (Number.isNaN(bytes)) return `unknown at ${name}, which did not answer`;
  return bytes === 0
    ? `not set at ${name}: Redis may use up the memory of its machine`
    : `${Math.round(bytes / mebibyte)} MiB at ${name}`;
}

/** What was tried, for a list. Adapters that are code of the configuration file are not. */
function triedParts({ redisUrl, adapterOptions, jwks }: Config): readonly string[] {
  const { archiveUrl, notifierUrl, moderationUrl, authUrl } = adapterOptions;
  const parts = {
    ...{ Redis: redisUrl, 'the archive': archiveUrl, 'the notifier': notifierUrl },
    ...{ moderation: moderationUrl, auth: authUrl, 'the key set': jwks?.url ?? null },
  };
  return Object.entries(parts).flatMap(([part, url]) => (url === null ? [] : [part]));
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
