import { readConfigFile } from '../config/file.ts';
import { type Config, environment, readConfig } from '../config.ts';

/** The configuration, or null after every problem was said. Warnings are said either way. */
export async function configOrSay(): Promise<Config | null> {
  const reading = readConfig(environment, await readConfigFile(process.cwd()));
  for (const warning of reading.warnings) process.stderr.write(`Warning: ${warning}\n`);
  if (reading.ok) return reading.config;
  process.stderr.write(`Plenum cannot start:\n${reading.problems.map((one) => `  - ${one}\n`).join('')}`);
  return null;
}
