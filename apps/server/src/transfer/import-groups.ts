/** Imports a checked file: creates its groups, then adds members and messages. Each step may be repeated. */
import { z } from 'zod';
import { forEachAtOnce } from './at-once.ts';
import { type CheckedFile, type GroupToImport, numberedLines } from './checked-file.ts';
import { addMembers, creatorOf } from './import-members.ts';
import { MessageSender } from './import-messages.ts';
import type { ParseLine } from './lines.ts';
import { expectDone, pathOf, type ServiceCalls } from './service-calls.ts';

export interface ImportOptions {
  readonly call: ServiceCalls;
  readonly file: CheckedFile;
  readonly parse: ParseLine;
  /** True: groups that exist get the members and messages of the file, and keep their settings. */
  readonly isMerge: boolean;
  readonly onProgress: (messages: number) => void;
}

/** Groups that are asked for or prepared at the same time. */
const groupsAtOnce = 8;

const importedSchema = z.object({ imported: z.int().nullable() });

/** How many messages of this import each existing group has. Null: the import has not begun in it. */
type Standing = ReadonlyMap<string, number | null>;

async function standingOf({ call, file }: ImportOptions): Promise<Standing> {
  const standing = new Map<string, number | null>();
  await forEachAtOnce(file.groups.keys(), groupsAtOnce, async (groupId) => {
    const body = { import_id: file.importId, position: 0 };
    const answer = await call({ method: 'POST', path: pathOf(groupId, '/messages/import'), body });
    const result = expectDone(answer, groupId, ['group_not_found']);
    if (result !== null) standing.set(groupId, importedSchema.parse(result).imported);
  });
  return standing;
}

/** The groups that exist and of which this import knows nothing, one sentence each. */
async function existing({ call, file }: ImportOptions, standing: Standing): Promise<string[]> {
  const found: GroupToImport[] = [];
  await forEachAtOnce(file.groups.values(), groupsAtOnce, async (group) => {
    if (standing.get(group.line.group_id) !== null) return;
    if (!(await isCreatedHere(call, group, file.importId))) found.push(group);
  });
  return found
    .sort((one, other) => one.lineNumber - other.lineNumber)
    .map(
      ({ line, lineNumber }) => `line ${lineNumber}: ${line.group_id} exists already (--merge adds to it)`,
    );
}

/** True for a group that this import has created, and was ended before it could begin there. */
async function isCreatedHere(call: ServiceCalls, group: GroupToImport, importId: string): Promise<boolean> {
  return (await call(creationOf(group, importId))).ok;
}

/** An export has null for a setting that is not set. */
function creationOf(group: GroupToImport, importId: string) {
  const { type: _, ...settings } = group.line;
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
  const body = { ...given, creator_id: creatorOf(group) };
  return { method: 'POST', path: '/v1/groups', body, requestId: `import-${importId}` } as const;
}

/**
 * Creates the group if there is none, begins the import in it and adds its members.
 * @param known how many messages of this import it has; null: the import has not begun; undefined: there is no group
 */
async function prepare(
  { call, file, isMerge }: ImportOptions,
  group: GroupToImport,
  known: number | null | undefined,
): Promise<void> {
  const groupId = group.line.group_id;
  if (known === undefined) expectDone(await call(creationOf(group, file.importId)), groupId);
  if (known == null) {
    const body = { import_id: file.importId, position: 0, messages: [] };
    expectDone(await call({ method: 'POST', path: pathOf(groupId, '/messages/import'), body }), groupId);
  }
  // With the first message the members of a group were complete.
  if (known == null || known === 0) await addMembers(call, group, { isNew: !isMerge });
}

/**
 * Imports the file. Nothing is written if a group of it exists, unless the group has a part of this import or `isMerge` is true.
 * @returns one sentence for each reason not to begin; empty: all is imported
 * @throws Error with one sentence if a node refuses something in between: the same import continues there
 */
export async function importGroups(options: ImportOptions): Promise<readonly string[]> {
  const { call, file, isMerge, onProgress } = options;
  const standing = await standingOf(options);
  const refusals = isMerge ? [] : await existing(options, standing);
  if (refusals.length > 0) return refusals;
  const taken = new Map<string, number>();
  await forEachAtOnce(file.groups, groupsAtOnce, async ([groupId, group]) => {
    await prepare(options, group, standing.get(groupId));
    taken.set(groupId, standing.get(groupId) ?? 0);
  });
  const sender = new MessageSender({ call, importId: file.importId, taken, onProgress });
  for await (const { text } of numberedLines(file.path)) {
    const parsed = options.parse(text);
    if (parsed.ok && parsed.line.type === 'message') await sender.add(parsed.line);
  }
  await sender.flush();
  return [];
}
