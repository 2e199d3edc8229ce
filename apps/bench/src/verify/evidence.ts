/** Writes a folder that shows to others what a verification has found: the verdict, the sends, a page, and the hashes of them. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evidencePage } from './evidence-page.ts';
import { type EvidenceOptions, verdictOf } from './verdict.ts';
import type { Verification } from './verification.ts';

/** One line of JSON for each send: who, where, and the answer. Without the text. */
const sendsOf = ({ sends }: Verification): string =>
  sends.map(({ text: _, ...sent }) => `${JSON.stringify(sent)}\n`).join('');

/** @param folder is made. @returns the names of its files. `SHA256SUMS` is in the form that `sha256sum --check` reads */
export async function writeEvidence(folder: string, options: EvidenceOptions): Promise<readonly string[]> {
  const verdict = verdictOf(options);
  const files: Readonly<Record<string, string>> = {
    'verdict.json': `${JSON.stringify(verdict, null, 2)}\n`,
    'sends.jsonl': sendsOf(options.verification),
    'verdict.html': evidencePage(verdict),
  };
  const sums = Object.entries(files).map(
    ([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`,
  );
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries({ ...files, SHA256SUMS: sums.join('') })) {
    await writeFile(join(folder, name), text);
  }
  return [...Object.keys(files), 'SHA256SUMS'];
}
