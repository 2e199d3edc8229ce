/** `plenum import`: brings groups, members and messages with their own times into a cluster. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { checkFile } from '../transfer/checked-file.ts';
import { importGroups } from '../transfer/import-groups.ts';
import { lineParser, type ParseLine } from '../transfer/lines.ts';
import { createProgress } from '../transfer/progress.ts';
import { type ActingService, actingService, type ServiceActingOptions } from './acting-service.ts';
import { refuse } from './refuse.ts';

export interface ImportCommandOptions extends ServiceActingOptions {
  readonly merge?: boolean;
}

/** The file is read twice, so stdin is copied first. @returns the exit code */
export async function importCommand(
  path: string,
  { merge = false, ...options }: ImportCommandOptions,
): Promise<number> {
  const service = await actingService(options);
  if (service === null) return 1;
  if (path !== '-') return importFile(path, service, merge);
  const copy = join(tmpdir(), `plenum-import-${randomBytes(8).toString('hex')}.ndjson`);
  try {
    await pipeline(process.stdin, createWriteStream(copy, { flags: 'wx', mode: 0o600 }));
    return await importFile(copy, service, merge);
  } finally {
    await rm(copy, { force: true });
  }
}

async function importFile(path: string, { call, config }: ActingService, isMerge: boolean): Promise<number> {
  const parse: ParseLine = lineParser(config.messageMaxBytes);
  const checked = await checkFile(path, parse);
  if (!checked.ok) return refuse(`Nothing was imported:\n${listed(checked.problems)}`);
  const { file } = checked;
  const progress = createProgress('messages', file.messages);
  const refusals = await importGroups({ call, file, parse, isMerge, onProgress: progress.show });
  if (refusals.length > 0) return refuse(`Nothing was imported:\n${listed(refusals)}`);
  progress.end();
  process.stderr.write(`imported ${file.groups.size} groups, ${file.messages} messages\n`);
  return 0;
}

const listed = (sentences: readonly string[]): string => sentences.map((one) => `  - ${one}`).join('\n');
