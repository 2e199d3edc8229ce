import {
  type ClientConfig,
  type ClientConfigReading,
  type ClientNeed,
  readClientConfig,
} from '../config/client-config.ts';
import { readConfigFile } from '../config/file.ts';
import {
  type Config,
  type ConfigReading,
  environment,
  type ReadingOptions,
  readConfig,
  variablesOf,
} from '../config.ts';

/**
 * @param overrides variables that the command line sets
 * @returns the configuration of a node; null if it has problems, which were printed. Warnings are printed too
 */
export const nodeConfigOrNull = async (
  overrides: Readonly<Record<string, string>> = {},
  options: ReadingOptions = {},
): Promise<Config | null> => said(await nodeReading(overrides, options), 'Plenum cannot start');

/** The configuration of a worker: its primary has printed the warnings. */
export async function workerConfigOrNull(): Promise<Config | null> {
  const reading = await nodeReading({});
  return said({ ...reading, warnings: [] }, 'A worker cannot start');
}

export const nodeReading = async (
  overrides: Readonly<Record<string, string>>,
  options: ReadingOptions = {},
): Promise<ConfigReading> =>
  readConfig({ ...environment, ...overrides }, await readConfigFile(process.cwd()), options);

/** True if PLENUM_ENGINE is `memory`. */
export const isMemoryWanted = async (): Promise<boolean> =>
  variablesOf(environment, await readConfigFile(process.cwd())).texts['PLENUM_ENGINE'] === 'memory';

/** Does the same with the settings that a user's command needs. */
export const clientConfigOrNull = async (needs: readonly ClientNeed[]): Promise<ClientConfig | null> =>
  said(readClientConfig(needs, await readConfigFile(process.cwd())), 'This cannot be done');

function said(reading: ConfigReading, consequence: string): Config | null;
function said(reading: ClientConfigReading, consequence: string): ClientConfig | null;
function said(reading: ConfigReading | ClientConfigReading, consequence: string): object | null {
  for (const warning of reading.warnings) process.stderr.write(`Warning: ${warning}\n`);
  if (reading.ok) return reading.config;
  process.stderr.write(`${consequence}:\n${reading.problems.map((one) => `  - ${one}\n`).join('')}`);
  return null;
}
