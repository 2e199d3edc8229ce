/** Links between documents lead somewhere: to a file that exists, and to a heading in it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { slugOf } from '../apps/docs/.vitepress/slug.ts';
import { filesBelow, root, type SourceFile } from './source-tree.ts';

const documents: readonly SourceFile[] = [
  ...['README.md', 'CHANGELOG.md'].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  ...['apps', 'packages', 'deploy', '.github'].flatMap((folder) => filesBelow(folder, '.md')),
];

const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** Anchors of a document, as GitHub and the site make them. */
function anchorsOf(text: string): ReadonlySet<string> {
  const plain = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  const headings = [...plain.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => slugOf(heading));
  const seen = new Map<string, number>();
  const numbered = headings.map((slug) => {
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  const named = [...plain.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id);
  return new Set([...numbered, ...named]);
}

const linksIn = (text: string): readonly string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)|\bhref="([^"]+)"/g)].map(
    ([, link, href]) => link ?? href ?? '',
  );

/** Null: it leads somewhere, or out of the repository. */
function problemOf({ path, text }: SourceFile, link: string): string | null {
  if (/^(?:https?:|mailto:|\/docs\/)/.test(link)) return null;
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? path : join(dirname(path), file);
  if (!existsSync(join(root, target))) return `${path} links to ${link}, which is missing`;
  if (anchor === undefined) return null;
  const read = target === path ? text : readFileSync(join(root, target), 'utf8');
  return anchorsOf(read).has(anchor) ? null : `${path} links to ${link}, and there is no such heading`;
}

test('every link between documents leads to a file and to a heading', () => {
  const links = documents.flatMap((document) => linksIn(document.text).map((link) => ({ document, link })));
  expect(links.length).toBeGreaterThan(100);
  expect(links.map(({ document, link }) => problemOf(document, link)).filter((one) => one !== null)).toEqual(
    [],
  );
});

test('every page of the documents has one title', () => {
  const pages = filesBelow('apps/docs', '.md');
  const titles = pages.map(({ path, text }) => ({
    path,
    titles: text.replaceAll(/^```[\s\S]*?^```/gm, '').match(/^# .+$/gm) ?? [],
  }));
  expect(titles.filter((page) => page.titles.length !== 1)).toEqual([]);
});
