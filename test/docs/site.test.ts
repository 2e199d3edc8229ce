/** The site of the documents: it builds, its links lead somewhere, it loads nothing from elsewhere, and a node serves it. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errorCodes } from '@plenum/protocol';
import { chromium } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { findChromium } from '../chromium.js';
import { root } from '../source-tree.ts';
import { ServedNode } from '../support/cluster/served-node.ts';

const site = join(root, 'apps/docs/.vitepress/dist');
let files: ReadonlyMap<string, string>;

beforeAll(() => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'docs:build'], { cwd: root, encoding: 'utf8' });
  expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('build complete')]);
  files = new Map(
    readdirSync(site, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(site, path), readFileSync(path, 'utf8')]),
  );
});

const pages = () => [...files].filter(([path]) => path.endsWith('.html'));
const idsIn = (html: string) =>
  new Set([...html.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => decodeURIComponent(id)));
const fileOf = (path: string) =>
  [path, `${path}.html`, `${path === '' ? '' : `${path.replace(/\/$/, '')}/`}index.html`].find((name) =>
    files.has(name),
  );

/** Null: it leads to a file and, if it names one, to a heading in it; or out of the site. */
function problemOf(page: string, href: string): string | null {
  if (/^(?:https?|mailto|data):/.test(href)) return null;
  // As a browser resolves it, on the address of the page.
  const { pathname, hash } = new URL(href, `http://site/docs/${page.replace(/(?:index)?\.html$/, '')}`);
  const target = pathname.startsWith('/docs/')
    ? fileOf(decodeURIComponent(pathname.slice('/docs/'.length)))
    : undefined;
  const anchor = hash.slice(1);
  if (target === undefined) return `${page} links to ${href}, which is missing`;
  if (anchor === '' || anchor === 'VPContent') return null;
  return idsIn(files.get(target) ?? '').has(decodeURIComponent(anchor))
    ? null
    : `${page}: no heading of ${href}`;
}

test('every link of every page leads to a page and a heading', () => {
  const links = pages().flatMap(([path, html]) =>
    [...html.matchAll(/<a\b[^>]*\bhref="([^"]+)"/g)].map(([, href = '']) =>
      problemOf(path, href.replaceAll('&amp;', '&')),
    ),
  );
  expect(links.length).toBeGreaterThan(1000);
  expect([...new Set(links.filter((one) => one !== null))]).toEqual([]);
});

test('pages, scripts and styles load nothing from elsewhere', () => {
  const loaded = [...files].flatMap(([path, text]) => {
    const inPage = path.endsWith('.html')
      ? [...text.matchAll(/<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)="([^"]+)"/g)]
      : [];
    const inStyle = path.endsWith('.css')
      ? [...text.matchAll(/url\(["']?([^"')]+)|@import\s+["']([^"']+)/g)]
      : [];
    return [...inPage, ...inStyle].map(([, at]) => at ?? '');
  });
  expect(loaded.length).toBeGreaterThan(100);
  expect(loaded.filter((at) => /^(?:https?:)?\/\//.test(at))).toEqual([]);
});

test('every error code has an anchor that does not move', () => {
  const ids = idsIn(files.get('reference/errors.html') ?? '');
  expect(errorCodes.filter((code) => !ids.has(code))).toEqual([]);
});

test('machines find the pages in llms.txt, and all of their text in llms-full.txt', () => {
  const index = files.get('llms.txt') ?? '';
  const links = [...index.matchAll(/\]\((\/docs[^)]+)\)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(40);
  expect(links.filter((link) => problemOf('llms.txt', link) !== null)).toEqual([]);
  expect(files.get('llms-full.txt')).toContain('What does a client get after its connection was gone?');
});

test('it is as large as the packages may grow, with its pictures: 9.5 MB', () => {
  const bytes = [...files.keys()].reduce((sum, path) => sum + statSync(join(site, path)).size, 0);
  expect(bytes).toBeLessThan(9_500_000);
});

test('a node serves it: pages, search and both appearances work under its content policy', async () => {
  await using node = await ServedNode.start('memory');
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('there is no Chromium');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    const foreign: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => request.url().startsWith(node.url) || foreign.push(request.url()));
    await page.goto(`${node.url}/docs/reference/errors#not_a_member`);
    await page.getByRole('heading', { name: 'not_a_member' }).waitFor();
    await page
      .getByRole('button', { name: /search/i })
      .first()
      .click();
    await page.getByRole('searchbox').fill('slow_mode');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('switch').first().click();
    expect(await page.evaluate('document.documentElement.classList.contains("dark")')).toBe(true);
    await page.goto(`${node.url}/docs`);
    await page.getByRole('main').getByRole('link', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: 'Start', level: 1 }).waitFor();
    expect(problems).toEqual([]);
    expect(foreign).toEqual([]);
  } finally {
    await browser.close();
  }
});
