/** Writes what machines read: `llms.txt`, `llms-full.txt`, the documents of the API, and the files of the repository to which pages link. */
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asyncApiDocument, openApiDocument } from '@plenum/protocol';
import { linkedFiles } from './linked-files.ts';
import { pagesIn } from './sidebar.ts';

const sections = [
  'start',
  'concepts',
  'guides',
  'guides/languages',
  'reference',
  'operations',
  'coming-from',
  'internals',
  '.',
];
const summary = [
  '# Plenum',
  '',
  '> Ordered group messaging for plain Socket.IO clients, on your own Redis: groups with members and roles, messages with dense',
  '> sequence numbers, recovery after every disconnect or an explicit resync. REST, TypeScript SDK, library, command line.',
];

function fileOf(folder: string, link: string): string {
  const path = link.endsWith('/') ? `${link}index.md` : `${link}.md`;
  return readFileSync(join(folder, path), 'utf8').replace(/^---\n[\s\S]*?\n---\n/, '');
}

export function writeTexts(folder: string, outDir: string): void {
  const { version } = JSON.parse(readFileSync(join(folder, '../server/package.json'), 'utf8'));
  const pages = sections.flatMap((section) => pagesIn(section).map((page) => ({ section, ...page })));
  const lines = sections.flatMap((section) => {
    const own = pages.filter((page) => page.section === section);
    const title =
      section === '.' ? 'More' : `${section.slice(0, 1).toUpperCase()}${section.slice(1).replace('-', ' ')}`;
    return own.length === 0
      ? []
      : ['', `## ${title}`, '', ...own.map(({ text, link }) => `- [${text}](/docs${link})`)];
  });
  writeFileSync(join(outDir, 'llms.txt'), `${[...summary, ...lines].join('\n')}\n`);
  const texts = pages.map(({ link }) => `<!-- /docs${link} -->\n\n${fileOf(folder, link)}`);
  writeFileSync(join(outDir, 'llms-full.txt'), `${summary.join('\n')}\n\n${texts.join('\n\n')}`);
  const about = { title: 'Plenum', version };
  writeFileSync(join(outDir, 'openapi.json'), JSON.stringify(openApiDocument(about), null, 1));
  writeFileSync(join(outDir, 'asyncapi.json'), JSON.stringify(asyncApiDocument(about), null, 1));
  for (const path of linkedFiles) {
    const from = join(folder, '../..', path);
    if (!statSync(from).isFile()) throw new Error(`a page links to ${path}, which is a folder`);
    const to = join(outDir, 'files', `${path}.txt`);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
  }
}
