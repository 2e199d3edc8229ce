/** Makes the sidebar from the folders: the title of a page is its first heading, `order` of its front matter its place. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

/** The folder of the documents. */
export const folder: string = fileURLToPath(new URL('..', import.meta.url));

const sections = [
  { name: 'start', text: 'Start' },
  { name: 'concepts', text: 'Concepts' },
  { name: 'guides', text: 'Guides' },
  { name: 'guides/languages', text: 'Other languages' },
  { name: 'reference', text: 'Reference' },
  { name: 'operations', text: 'Operations' },
  { name: 'coming-from', text: 'Coming from' },
  { name: 'internals', text: 'Internals' },
  { name: '.', text: 'More' },
];

interface Page {
  readonly text: string;
  readonly link: string;
  readonly order: number;
}

/** Pages without `order` follow the others, by their titles. */
const last = 100;

function pageOf(section: string, file: string): Page {
  const text = readFileSync(join(folder, section, file), 'utf8');
  const [, title = file] = /^# (.+)$/m.exec(text) ?? [];
  const [, order = String(last)] = /^order: ([\d.]+)$/m.exec(text.split('\n---\n')[0] ?? '') ?? [];
  const path = file === 'index.md' ? '' : file.replace('.md', '');
  return {
    text: title.replaceAll('`', ''),
    link: `/${section === '.' ? '' : `${section}/`}${path}`,
    order: Number(order),
  };
}

/** The pages of a folder in their order. */
export function pagesIn(section: string): readonly Page[] {
  const at = join(folder, section);
  if (!existsSync(at)) return [];
  return readdirSync(at)
    .filter((file) => file.endsWith('.md') && !(section === '.' && /^(?:index|README)\.md$/.test(file)))
    .map((file) => pageOf(section, file))
    .sort((a, b) => a.order - b.order || a.text.localeCompare(b.text, 'en'));
}

export const sidebar = (): DefaultTheme.Sidebar =>
  sections.flatMap(({ name, text }) => {
    const items = pagesIn(name).map((page) => ({
      text: page.text === text ? 'Overview' : page.text,
      link: page.link,
    }));
    return items.length === 0 ? [] : [{ text, items, collapsed: name === 'internals' }];
  });
