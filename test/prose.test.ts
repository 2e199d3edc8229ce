/** Plain English in every text of the repository, and no name that the glossary has retired. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root, type SourceFile } from './source-tree.ts';

const endings = ['.ts', '.tsx', '.js', '.lua', '.md', '.yml', '.cfg', '.conf', '.sh', '.acl', 'Dockerfile'];
const glossary = 'apps/docs/glossary.md';
/** Names the banned words, as rules. */
const namingThem = [
  'test/prose.test.ts',
  'packages/protocol/src/openapi/document.test.ts',
  '.github/CONTRIBUTING.md',
];
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

/** How many of them each part may still have. A number only falls; a part without any is taken off the list. */
const allowed: Readonly<Record<string, number>> = {
  'packages/core': 1,
  'packages/protocol': 6,
  test: 2,
};

/** How many uses of retired names each part may still have, likewise. */
const allowedNames: Readonly<Record<string, number>> = {
  'apps/server': 7,
  'packages/gateway': 3,
  test: 17,
};

/** `packages/core`, `apps/server`, `README.md`; the test kit counts as a part of `test`. */
const partOf = (path: string) => {
  const [first = '', second = ''] = path.split('/');
  if (second === 'testkit') return 'test';
  return first === 'packages' || first === 'apps' ? `${first}/${second}` : first;
};

/** By part, with the place of each. A quoted word alone is data: `'nobody'` is a user id, or a user of the system. */
function placesOf(pattern: RegExp): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { path, text } of files) {
    for (const [at, line] of text.split('\n').entries()) {
      for (const { 0: word, index } of line.matchAll(pattern)) {
        const isQuoted = /^['"].+['"]$/.test(line.slice(Math.max(index - 1, 0), index + word.length + 1));
        if (!isQuoted) add(places, path, `${path}:${at + 1} ${word}`);
      }
    }
  }
  return places;
}

function add(places: Map<string, string[]>, path: string, place: string): void {
  const part = partOf(path);
  places.set(part, [...(places.get(part) ?? []), place]);
}

/** The left column of the table of retired names: `likeThis` is an identifier, `like-this` the name of a file. */
function retiredNames(): readonly string[] {
  const [, table = ''] = readFileSync(join(root, glossary), 'utf8').split('\n## Retired names\n');
  return [...table.matchAll(/^\| (`[^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

const above = (places: ReadonlyMap<string, readonly string[]>, limits: Readonly<Record<string, number>>) =>
  [...places].filter(([part, found]) => found.length > (limits[part] ?? 0));

test('texts use no banned word above what their part is still allowed', () => {
  expect(above(placesOf(banned), allowed)).toEqual([]);
});

test('a name that the glossary retires is no identifier and names no file', () => {
  const names = retiredNames();
  expect(names.length).toBeGreaterThan(20);
  const identifiers = names.filter((name) => !name.includes('-'));
  const places = placesOf(new RegExp(`(?<![\\w-])(?:${identifiers.join('|')})(?![\\w-])`, 'g'));
  for (const { path } of files) {
    if (names.includes(basename(path).replace(/(\.test)?\.\w+$/, ''))) add(places, path, path);
  }
  places.delete(partOf(glossary));
  expect(above(places, allowedNames)).toEqual([]);
});
