/**
 * Turns links to files of the repository into links of the site: a document is a page or a file to read, everything else is
 * a file to download from `files/`.
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { folder } from './sidebar.ts';

const root = join(folder, '../..');
/** Files outside of this folder to which pages link, from the top folder. */
export const linkedFiles = new Set<string>();

/** @returns the path from the top folder of a file outside of the documents; null: the link is another one */
function outsideFile(page: string, href: string): string | null {
  if (/^(?:[a-z]+:|#|\/)/.test(href)) return null;
  const [path = ''] = href.split('#');
  const target = join(folder, dirname(page), path);
  return relative(folder, target).startsWith('..') ? relative(root, target) : null;
}

/** Runs before the link rule of VitePress, which reports what leads nowhere. */
export function linkFiles(markdown: MarkdownRenderer): void {
  const render = markdown.renderer.rules.link_open;
  markdown.renderer.rules.link_open = (tokens, at, options, env, self) => {
    const token = tokens[at];
    const path = outsideFile(env.relativePath, token?.attrGet('href') ?? '');
    if (path === null || token === undefined)
      return render === undefined
        ? self.renderToken(tokens, at, options)
        : render(tokens, at, options, env, self);
    if (!existsSync(join(root, path)))
      throw new Error(`${env.relativePath} links to ${path}, which is missing`);
    linkedFiles.add(path);
    token.attrSet('href', `/docs/files/${path}.txt`);
    token.attrSet('target', '_blank');
    return self.renderToken(tokens, at, options);
  };
}
