/** Plain English in every text of the repository, short titles of tests, and no name that the glossary has retired. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root, type SourceFile } from './source-tree.ts';

const endings = ['.ts', '.tsx', '.js', '.lua', '.md', '.yml', '.cfg', '.conf', '.sh', '.acl', 'Dockerfile'];
const glossary = 'apps/docs/glossary.md';
/** Names the banned words, as rules. */
const namingThem = ['test/prose.test.ts', 'packages/protocol/src/openapi/document.test.ts'];
/** Their words are data of a test. */
const ofData = ['ordinary-words.ts', 'word-list.test.ts'];

const files = [
  ...['packages', 'apps', 'test', 'deploy', '.github'].flatMap((folder) => filesBelow(folder, ...endings)),
  ...['README.md', 'CHANGELOG.md', 'docker-compose.yml', '.ci/run'].map(
    (path): SourceFile => ({ path, text: readFileSync(join(root, path), 'utf8') }),
  ),
].filter(({ path }) => !namingThem.includes(path) && !ofData.includes(basename(path)));

/** A user, a node or an adapter is `it`, or the noun again; the other words hide the subject or mean too much. */
const banned = new RegExp(
  [
    'he|his|him|himself',
    'whoever|whomever|nobody|somebody|everybody|anybody',
    'stands|tells|(?:is|are|was|were|be|been) told',
    'goes on|go on|makes good|make good|any more|of (?:a stranger|strangers)',
  ]
    .map((words) => `\\b(?:${words})\\b`)
    .join('|'),
  'gi',
);

/** The place of each. A quoted word alone is data: `'nobody'` is a user id, a user of the system, or a value of `posting`. */
const placesOf = (pattern: RegExp): readonly string[] =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, at) =>
        [...line.matchAll(pattern)]
          .filter(({ 0: word, index }) => !isQuoted(line, index, word.length))
          .map(([word]) => `${path}:${at + 1} ${word}`),
      ),
  );

const isQuoted = (line: string, start: number, length: number): boolean =>
  /^['"`].+['"`]$/.test(line.slice(Math.max(start - 1, 0), start + length + 1));

/** The left column of the table of retired names: `likeThis` is an identifier, `like-this` the name of a file. */
function retiredNames(): readonly string[] {
  const [, table = ''] = readFileSync(join(root, glossary), 'utf8').split('\n## Retired names\n');
  return [...table.matchAll(/^\| (`[^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

/** More does not fit a line of a report. */
const titleMax = 90;

/** The first argument of `test`, `it` and `describe`, and of what `each` and its like return, as written in the source. */
const titlesIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:\b(?:test|it|describe)(?:\.\w+)*|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/g)].map(
    ([, , title = '']) => title,
  );

test('a title of a test has at most 90 characters', () => {
  const titled = files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap(({ path, text }) => titlesIn(text).map((title) => ({ path, title })));
  expect(titled.length).toBeGreaterThan(1000);
  expect(titled.filter(({ title }) => title.length > titleMax)).toEqual([]);
});

test('texts use no banned word', () => {
  expect(placesOf(banned)).toEqual([]);
});

test('a name that the glossary retires is no identifier and names no file', () => {
  const names = retiredNames();
  expect(names.length).toBeGreaterThan(20);
  const identifiers = names.filter((name) => !name.includes('-'));
  const used = placesOf(new RegExp(`(?<![\\w-])(?:${identifiers.join('|')})(?![\\w-])`, 'g'));
  const named = files.filter(({ path }) => names.includes(basename(path).replace(/(\.test)?\.\w+$/, '')));
  expect(used.filter((place) => !place.startsWith(`${glossary}:`))).toEqual([]);
  expect(named.map(({ path }) => path)).toEqual([]);
});
