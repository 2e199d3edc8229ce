/**
 * `plenum doctor`: gathers what a report of a fault needs into one file of JSON: versions, the configuration, what `check` finds,
 * INFO of Redis, and what the nodes say: readiness, figures, metrics, recent warnings. Each part is tried by itself, so a Redis or
 * a node that is down is a finding. No part has message texts; secrets are hidden, those that only look like one too.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, release, totalmem } from 'node:os';
import { describeConfig, secretsOfConfig } from '../config/describe.ts';
import { readConfigFile } from '../config/file.ts';
import { sentenceOf } from '../config/masked.ts';
import { version } from '../config/version.ts';
import { type Config, type ConfigReading, environment } from '../config.ts';
import { askNode, unanswered } from '../doctor/ask-node.ts';
import { askStore } from '../doctor/ask-store.ts';
import { concealing, secretsAmong } from '../doctor/hidden-texts.ts';
import { adapterProblems, jwksProblems } from './check.ts';
import { nodeReading } from './read-configuration.ts';
import { refuse } from './refuse.ts';
import { nodeUrlOf } from './user-token.ts';

export interface DoctorOptions {
  /** `-`: stdout. */
  readonly output?: string;
  readonly token?: string;
  readonly url?: string;
}

/** A part that has not come to an end in this time, ms, is not in the report. */
const patienceMs = 20_000;

/** @returns the exit code: 0 if the file was written, whatever is in it */
export async function doctor({ output, token, url }: DoctorOptions): Promise<number> {
  const at = new Date().toISOString();
  const variables = (await readConfigFile(process.cwd())).variables;
  const reading = await nodeReading({});
  const config = reading.ok ? reading.config : null;
  const adminToken = token ?? firstOf(environment['PLENUM_ADMIN_TOKEN'] ?? variables['PLENUM_ADMIN_TOKEN']);
  const conceal = concealing([
    ...secretsAmong(environment),
    ...secretsAmong(variables),
    ...(config === null ? [] : secretsOfConfig(config)),
    ...(adminToken === null ? [] : [adminToken]),
  ]);
  const place = url ?? (config === null ? null : adminPlaceOf(config));
  const [store, adapters, keys, node] = await Promise.all([
    part(config && (() => askStore(config))),
    part(config && (() => adapterProblems(config))),
    part(config && (() => jwksProblems(config))),
    part(place === null ? null : () => askNode(place, adminToken)),
  ]);
  const report = {
    ...{ doctor: 1, at, plenum: version, process: processReport() },
    configuration: configurationReport(reading, variables),
    ...{
      redis: store,
      adapters: { problems: adapters },
      keys: { problems: keys },
      node: { url: place, ...asObject(node) },
    },
  };
  const text = `${JSON.stringify(conceal(report), null, 2)}\n`;
  if (output === '-') return toStdout(text);
  const code = await toFile(output ?? `plenum-doctor-${at.replace(/[:.]/g, '-')}.json`, text);
  const gaps = 'readiness' in node ? unanswered(node) : null;
  if (code === 0 && gaps !== null)
    process.stderr.write(
      `${place} gave no ${gaps}. They need an admin token, and the port of PLENUM_ADMIN_PORT where that is set: --url, --token.\n`,
    );
  return code;
}

const firstOf = (given: string | readonly string[] | undefined): string | null => {
  const [first = ''] = typeof given === 'string' ? given.split(',') : (given ?? []);
  return first.trim() === '' ? null : first.trim();
};

const adminPlaceOf = ({ host, port, adminPort }: Config): string => {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return nodeUrlOf({ host: reachable, port: adminPort ?? port });
};

const processReport = () => ({
  node: process.version,
  platform: `${process.platform} ${process.arch} ${release()}`,
  cores: availableParallelism(),
  memory_bytes: totalmem(),
});

/** Names of variables that are set, and the configuration as `check` shows it. */
function configurationReport(reading: ConfigReading, file: Readonly<Record<string, unknown>>) {
  const isOurs = (name: string) =>
    /^(?:PLENUM_|OTEL_|NODE_ENV$|NODE_OPTIONS$|REDIS_URL$|HOST$|PORT$)/.test(name);
  return {
    set: { environment: Object.keys(environment).filter(isOurs).sort(), file: Object.keys(file).sort() },
    warnings: reading.warnings,
    ...(reading.ok ? { values: describeConfig(reading.config) } : { problems: reading.problems }),
  };
}

/** @param run null: the configuration does not say what to try */
async function part<T>(run: (() => Promise<T>) | null): Promise<T | { readonly error: string }> {
  if (run === null) return { error: 'not tried: the configuration has problems' };
  const late = { error: `no answer within ${patienceMs / 1000} s` };
  const { promise, end } = after(patienceMs, late);
  try {
    return await Promise.race([run().catch((error: unknown) => ({ error: sentenceOf(error) })), promise]);
  } finally {
    end();
  }
}

function after<T>(ms: number, value: T): { readonly promise: Promise<T>; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, value);
  });
  return { promise, end: () => clearTimeout(timer) };
}

const asObject = (value: object): object => value;

/** Resolves when all is written: the end of the process would drop what a slow reader of a pipe has not taken. */
async function toStdout(text: string): Promise<number> {
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  return 0;
}

async function toFile(path: string, text: string): Promise<number> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return refuse(isThere ? `${path} exists: give another name with --output` : sentenceOf(error));
  }
  process.stderr.write(`Wrote ${path}. Secrets are hidden; look through it before you send it to others.\n`);
  return 0;
}
