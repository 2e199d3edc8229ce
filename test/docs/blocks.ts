/**
 * The blocks of code in the documents, and how each is tried. A comment above a block says what it needs:
 * `<!-- given: url token -->` names the constants that exist already, `<!-- after, … -->` runs the new side of a diff,
 * `<!-- file: plenum.config.mjs -->` is a file that `plenum check` reads, `<!-- not run: … -->` says why nothing runs it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, root } from '../source-tree.ts';

export interface Block {
  /** `apps/docs/guides/rest.md:17` */
  readonly place: string;
  readonly language: string;
  readonly code: string;
  /** Of the comment above. */
  readonly given: readonly string[];
  readonly file: string | null;
  readonly isNewSide: boolean;
  readonly notRun: string | null;
  /** The block of `text` below it: what it prints. `…` is anything. */
  readonly prints: readonly string[];
}

const documents = [
  'README.md',
  'packages/client/README.md',
  'apps/server/README.md',
  'apps/bench/README.md',
  '.github/CONTRIBUTING.md',
];

const fence = /(?:^<!-- ([^>]*?) -->\n+)?^```(\S*)[^\n]*\n([\s\S]*?)^```$/gm;

function blocksIn(path: string, text: string): readonly Block[] {
  const found = [...text.matchAll(fence)];
  return found.map((match, at) => {
    const [whole, directive = '', language = '', code = ''] = match;
    const next = found[at + 1];
    const between = next === undefined ? '' : text.slice(match.index + whole.length, next.index);
    const isPrinted = next?.[2] === 'text' && between.trim() === '' && language !== 'console';
    return {
      place: `${path}:${text.slice(0, match.index).split('\n').length}`,
      language,
      code: language === 'diff' ? newSideOf(code) : code,
      given: /given: ([\w ]+)/.exec(directive)?.[1]?.split(' ') ?? [],
      file: /^file: (\S+)/.exec(directive)?.[1] ?? null,
      isNewSide: directive.startsWith('after'),
      notRun: /^not run: (.+)/.exec(directive)?.[1] ?? null,
      prints: isPrinted ? (next[3] ?? '').trim().split('\n') : [],
    };
  });
}

const newSideOf = (diff: string): string =>
  diff
    .split('\n')
    .filter((line) => !line.startsWith('-'))
    .map((line) => line.slice(1))
    .join('\n');

const generated =
  /^apps\/docs\/reference\/(?:requests|pushes|shapes|rest|errors|settings|metrics|cli|sdk)\.md$/;

/** The file that tries the blocks of a page by itself: `tested_by` of its front matter. */
export const testerOf = (text: string): string | null =>
  /^tested_by: (\S+)$/m.exec(text.split('\n---\n')[0] ?? '')?.[1] ?? null;

export const pages: readonly { readonly path: string; readonly text: string }[] = [
  ...documents.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  ...filesBelow('apps/docs', '.md'),
];

/** Blocks of pages that have no test of their own. */
export const blocks: readonly Block[] = pages
  .filter(({ path, text }) => !generated.test(path) && testerOf(text) === null)
  .flatMap(({ path, text }) => blocksIn(path, text))
  // A block that two pages have is tried once.
  .filter(({ code }, at, all) => all.findIndex((other) => other.code === code) === at);

/** Examples of the generated pages. */
export const generatedBlocks: readonly Block[] = pages
  .filter(({ path }) => generated.test(path))
  .flatMap(({ path, text }) => blocksIn(path, text));
