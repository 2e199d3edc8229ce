/** `plenum search`: prints the messages of a group that have the words, the newest first, as the service. */
import { messageHistoryEntrySchema } from '@plenum/protocol';
import { z } from 'zod';
import { actingService, type ServiceActingOptions } from './acting-service.ts';
import { messageLine } from './entry-lines.ts';
import { refusalText, refuse } from './refuse.ts';

export interface SearchOptions extends ServiceActingOptions {
  /** Only messages below this seq. */
  readonly before?: number;
  readonly json?: boolean;
}

const pageSchema = z.object({
  entries: z.array(messageHistoryEntrySchema),
  next_before: z.int().nullable(),
});

/** Prints one page. Where there is another one, stderr has the `--before` for it. @returns the exit code */
export async function search(
  groupId: string,
  words: readonly string[],
  { before, json = false, ...options }: SearchOptions,
): Promise<number> {
  const service = await actingService(options);
  if (service === null) return 1;
  const query = new URLSearchParams({ query: words.join(' ') });
  if (before !== undefined) query.set('before', String(before));
  const path = `/v1/groups/${encodeURIComponent(groupId)}/search?${query}`;
  const answer = await service.call({ method: 'GET', path });
  if (!answer.ok) return refuse(refusalText(answer));
  const { entries, next_before } = pageSchema.parse(answer.result);
  for (const entry of entries) {
    process.stdout.write(`${json ? JSON.stringify(entry) : messageLine(entry)}\n`);
  }
  if (next_before !== null) process.stderr.write(`More: --before ${next_before}\n`);
  return 0;
}
