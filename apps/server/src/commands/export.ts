/** `plenum export`: writes groups with their members and messages as lines of JSON. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { allGroups, exportGroups } from '../transfer/export-groups.ts';
import { createProgress } from '../transfer/progress.ts';
import { actingService, type ServiceActingOptions } from './acting-service.ts';
import { refuse } from './refuse.ts';

export interface ExportCommandOptions extends ServiceActingOptions {
  readonly group?: readonly string[];
  readonly all?: boolean;
  /** Absent: stdout. */
  readonly output?: string;
}

const writerTo =
  (output: Writable) =>
  async (line: object): Promise<void> => {
    if (!output.write(`${JSON.stringify(line)}\n`)) await once(output, 'drain');
  };

/** Resolves when all is written: the end of the process would drop what a slow reader of a pipe has not taken. */
const flushed = (output: Writable): Promise<void> =>
  new Promise((resolve) => output.write('', () => resolve()));

/** @returns the exit code */
export async function exportCommand({
  group = [],
  all = false,
  output,
  ...options
}: ExportCommandOptions): Promise<number> {
  if (all === group.length > 0)
    return refuse('Say what to export: --group <id>, also several times, or --all');
  const service = await actingService(options);
  if (service === null) return 1;
  const { call } = service;
  const groupIds = all ? await allGroups(call) : [...new Set(group)];
  const target = output === undefined ? process.stdout : createWriteStream(output, { flags: 'wx' });
  const progress = createProgress('groups', groupIds.length);
  let begun = '';
  let done = -1;
  const counts = await exportGroups(groupIds, {
    call,
    write: writerTo(target),
    skipsEnded: all,
    onProgress: (groupId, entries, total) => {
      if (groupId !== begun) done += 1;
      begun = groupId;
      progress.show(done + entries / Math.max(total, 1));
    },
  });
  progress.show(groupIds.length);
  progress.end();
  await flushed(target);
  if (target !== process.stdout) {
    target.end();
    await finished(target);
  }
  process.stderr.write(
    `exported ${counts.groups} groups, ${counts.members} members, ${counts.messages} messages\n`,
  );
  return 0;
}
