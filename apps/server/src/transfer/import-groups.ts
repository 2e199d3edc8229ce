/** Imports a checked file: creates its groups, then adds members and messages. Each step may be repeated. */
import { limits } from '@plenum/protocol';
import { z } from 'zod';
import { type CheckedFile, type GroupToImport, isActiveAdmin, numberedLines } from './checked-file.ts';
import type { MemberLine, MessageLine, ParseLine } from './lines.ts';
import type { Answer, ServiceCalls } from './service-calls.ts';

export interface ImportOptions {
  readonly call: ServiceCalls;
  readonly file: CheckedFile;
  readonly parse: ParseLine;
  /** True: groups that exist get the members and messages of the file, and keep their settings. */
  readonly isMerge: boolean;
  readonly onProgress: (messages: number) => void;
}

/** Bytes of the messages of one call, so that the body stays below the maximum of a body. */
const batchMaxBytes = limits.frameMaxBytes - 4096;
/** Calls for members that are made at the same time. */
const membersAtOnce = 8;

const importedSchema = z.object({ imported: z.int().nullable() });
const pathOf = (groupId: string, rest = ''): string => `/v1/groups/${encodeURIComponent(groupId)}${rest}`;

/** @throws Error with one sentence, unless the call succeeded or was refused with one of `fine` */
function expectDone(answer: Answer, what: string, fine: readonly string[] = []): unknown {
  if (answer.ok) return answer.result;
  if (fine.includes(answer.code)) return null;
  throw new Error(`${what}: ${answer.code}: ${answer.error}`);
}

/** How many messages of this import each existing group has. Null: the import has not begun in it. */
type Standing = ReadonlyMap<string, number | null>;

async function standingOf({ call, file }: ImportOptions): Promise<Standing> {
  const standing = new Map<string, number | null>();
  for (const groupId of file.groups.keys()) {
    const body = { import_id: file.importId, position: 0 };
    const answer = await call({ method: 'POST', path: pathOf(groupId, '/messages/import'), body });
    const result = expectDone(answer, groupId, ['group_not_found']);
    if (result !== null) standing.set(groupId, importedSchema.parse(result).imported);
  }
  return standing;
}

/** The groups that exist and of which this import knows nothing, one sentence each. */
async function existing({ call, file }: ImportOptions, standing: Standing): Promise<string[]> {
  const sentences: string[] = [];
  for (const group of file.groups.values()) {
    const { line, lineNumber } = group;
    if (standing.get(line.group_id) !== null || (await isCreatedHere(call, group, file.importId))) continue;
    sentences.push(`line ${lineNumber}: ${line.group_id} exists already (--merge adds to it)`);
  }
  return sentences;
}

/** True for a group that this import has created, and was ended before it could begin there. */
async function isCreatedHere(call: ServiceCalls, group: GroupToImport, importId: string): Promise<boolean> {
  return (await call(creationOf(group, importId))).ok;
}

function creationOf({ line, members }: GroupToImport, importId: string) {
  const { type: _, max_members, metadata, ...settings } = line;
  const creator = [...members.values()].find(isActiveAdmin)?.user_id ?? '';
  const body = {
    ...settings,
    ...(max_members == null ? {} : { max_members }),
    ...(metadata == null ? {} : { metadata }),
    creator_id: creator,
  };
  return { method: 'POST', path: '/v1/groups', body, requestId: `import-${importId}` } as const;
}

async function addMember(call: ServiceCalls, member: MemberLine): Promise<void> {
  const { group_id, user_id, roles, status } = member;
  const path = pathOf(group_id, `/members/${encodeURIComponent(user_id)}`);
  const what = `${user_id} in ${group_id}`;
  const admitted = status === 'pending' ? {} : { status: 'active' };
  expectDone(await call({ method: 'PUT', path, body: { ensure: true, ...admitted } }), what);
  if (status !== 'pending' && roles.includes('admin')) {
    expectDone(await call({ method: 'POST', path: `${path}/promote`, body: {} }), what, ['cannot_promote']);
  }
  if (status === 'muted') {
    const muted = await call({ method: 'POST', path: `${path}/mute`, body: {} });
    expectDone(muted, what, ['cannot_mute', 'not_strict_private']);
  }
}

async function addMembers(call: ServiceCalls, members: readonly MemberLine[]): Promise<void> {
  for (let from = 0; from < members.length; from += membersAtOnce) {
    await Promise.all(members.slice(from, from + membersAtOnce).map((member) => addMember(call, member)));
  }
}

/** Sends the messages of one group in batches. Those that the group has already are left out. */
class MessageSender {
  readonly #options: ImportOptions;
  readonly #taken: ReadonlyMap<string, number>;
  /** How many messages of each group were read. */
  readonly #read = new Map<string, number>();
  #groupId = '';
  #batch: object[] = [];
  #bytes = 0;
  #done = 0;

  constructor(options: ImportOptions, taken: ReadonlyMap<string, number>) {
    this.#options = options;
    this.#taken = taken;
  }

  async add({ type: _, group_id, ...message }: MessageLine): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(message));
    const isFull = this.#batch.length === limits.importMax || this.#bytes + bytes > batchMaxBytes;
    if (group_id !== this.#groupId || isFull) await this.flush();
    this.#groupId = group_id;
    const read = this.#read.get(group_id) ?? 0;
    this.#read.set(group_id, read + 1);
    if (read < (this.#taken.get(group_id) ?? 0)) {
      this.#done += 1;
      return;
    }
    this.#batch.push(message);
    this.#bytes += bytes + 1;
  }

  async flush(): Promise<void> {
    const { call, file, onProgress } = this.#options;
    const count = this.#batch.length;
    if (count > 0) {
      const position = (this.#read.get(this.#groupId) ?? 0) - count;
      const body = { import_id: file.importId, position, messages: this.#batch };
      const path = pathOf(this.#groupId, '/messages/import');
      expectDone(await call({ method: 'POST', path, body }), this.#groupId);
    }
    this.#done += count;
    this.#batch = [];
    this.#bytes = 0;
    onProgress(this.#done);
  }
}

/**
 * Imports the file. Nothing is written if a group of it exists, unless the group has a part of this import or `isMerge` is true.
 * @returns one sentence for each reason not to begin; empty: all is imported
 * @throws Error with one sentence if a node refuses something in between: the same import continues there
 */
export async function importGroups(options: ImportOptions): Promise<readonly string[]> {
  const { call, file, isMerge } = options;
  const standing = await standingOf(options);
  const refusals = isMerge ? [] : await existing(options, standing);
  if (refusals.length > 0) return refusals;
  const taken = new Map<string, number>();
  for (const [groupId, group] of file.groups) {
    const known = standing.get(groupId) ?? null;
    taken.set(groupId, known ?? 0);
    if (!standing.has(groupId)) expectDone(await call(creationOf(group, file.importId)), groupId);
    if (known === null) {
      const body = { import_id: file.importId, position: 0, messages: [] };
      expectDone(await call({ method: 'POST', path: pathOf(groupId, '/messages/import'), body }), groupId);
    }
    // With the first message the members of a group were complete.
    if (known === null || known === 0) await addMembers(call, [...group.members.values()]);
  }
  const sender = new MessageSender(options, taken);
  for await (const { text } of numberedLines(file.path)) {
    const parsed = options.parse(text);
    if (parsed.ok && parsed.line.type === 'message') await sender.add(parsed.line);
  }
  await sender.flush();
  return [];
}
