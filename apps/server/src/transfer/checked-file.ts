/** Reads a whole file before anything is imported: every line is checked, and the groups are gathered. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type GroupLine, isActiveAdmin, type Line, type MemberLine, type ParseLine } from './lines.ts';
import { linesOf } from './text-lines.ts';

export interface GroupToImport {
  readonly line: GroupLine;
  readonly lineNumber: number;
  readonly members: Map<string, MemberLine>;
  messages: number;
}

export interface CheckedFile {
  readonly path: string;
  /** Digest of the file: a repeated import of the same file continues. */
  readonly importId: string;
  readonly groups: ReadonlyMap<string, GroupToImport>;
  readonly messages: number;
}

export type FileCheck =
  | { readonly ok: true; readonly file: CheckedFile }
  /** One sentence for each of the first broken lines. */
  | { readonly ok: false; readonly problems: readonly string[] };

const problemsMax = 20;
/** A line with the largest message and metadata, escaped. */
const lineMaxBytes = 1024 * 1024;

export interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

/** The lines that are not empty, with their numbers. @throws Error with one sentence for a line that is not UTF-8 */
export async function* numberedLines(path: string): AsyncGenerator<NumberedLine> {
  let number = 0;
  for await (const text of linesOf(createReadStream(path), { name: path, maxBytes: lineMaxBytes })) {
    number += 1;
    if (text.trim() !== '') yield { number, text };
  }
}

class Gathering {
  readonly groups = new Map<string, GroupToImport>();
  readonly problems: string[] = [];
  messages = 0;
  readonly #parse: ParseLine;
  #members = 0;
  #needsEnd = false;
  #hasEnded = false;

  constructor(parse: ParseLine) {
    this.#parse = parse;
  }

  add({ number, text }: NumberedLine): void {
    const parsed = this.#parse(text);
    const problem = parsed.ok ? this.#take(parsed.line, number) : parsed.problem;
    if (problem !== null) this.problems.push(`line ${number}: ${problem}`);
  }

  /** Checks what only the whole file shows. */
  finish(): void {
    if (this.#needsEnd && !this.#hasEnded)
      this.problems.push('the file is cut off: its last line must be the line "end"');
    for (const { line, lineNumber, members } of this.groups.values()) {
      const hasAdmin = [...members.values()].some(isActiveAdmin);
      const isEmpty = line.group_type === 'public' && members.size === 0;
      if (!hasAdmin && !isEmpty)
        this.problems.push(`line ${lineNumber}: ${line.group_id} has no member that is an active admin`);
    }
  }

  /** @returns why the line is refused; null: it is taken */
  #take(line: Line, number: number): string | null {
    if (this.#hasEnded) return 'follows the line "end"';
    if (line.type === 'plenum') {
      this.#needsEnd = true;
      return number === 1 ? null : 'the line "plenum" must be the first one';
    }
    if (line.type === 'end') {
      this.#hasEnded = true;
      const counted =
        line.groups === this.groups.size && line.members === this.#members && line.messages === this.messages;
      return counted ? null : 'the counts of the line "end" are not those of the file';
    }
    if (line.type === 'group') return this.#takeGroup(line, number);
    const group = this.groups.get(line.group_id);
    if (group === undefined) return `no line before it has the group ${line.group_id}`;
    if (line.type === 'message') {
      group.messages += 1;
      this.messages += 1;
      return null;
    }
    if (group.members.has(line.user_id)) return `${line.user_id} is a member on an earlier line`;
    group.members.set(line.user_id, line);
    this.#members += 1;
    return null;
  }

  #takeGroup(line: GroupLine, lineNumber: number): string | null {
    if (this.groups.has(line.group_id)) return `${line.group_id} is a group on an earlier line`;
    this.groups.set(line.group_id, { line, lineNumber, members: new Map(), messages: 0 });
    return null;
  }
}

/** Reads the file once. @throws Error with one sentence if it cannot be read */
export async function checkFile(path: string, parse: ParseLine): Promise<FileCheck> {
  const digest = createHash('sha256');
  const gathering = new Gathering(parse);
  for await (const line of numberedLines(path)) {
    digest.update(`${line.text}\n`);
    gathering.add(line);
    if (gathering.problems.length >= problemsMax) break;
  }
  if (gathering.problems.length < problemsMax) gathering.finish();
  if (gathering.problems.length > 0) return { ok: false, problems: gathering.problems };
  const importId = digest.digest('base64url').slice(0, 32);
  return { ok: true, file: { path, importId, groups: gathering.groups, messages: gathering.messages } };
}
