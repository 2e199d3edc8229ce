/** What the documents say is what the code does: variables, codes, metrics, commands. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentSchema } from '../apps/server/src/config/environment.ts';
import { defaultMiddlewares, stepsOf } from '../packages/core/src/send/steps.ts';
import { filesBelow, root } from './source-tree.ts';

const variables = Object.keys(environmentSchema.shape);

test('the README has at most 120 lines, and its figures are those of the record that it names', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme.split('\n').length).toBeLessThanOrEqual(121);
  for (const text of [readme, readFileSync(join(root, 'apps/docs/performance.md'), 'utf8')]) {
    const [, day = ''] = /results\/([\d-]+)\.md/.exec(text) ?? [];
    const record = readFileSync(join(root, `apps/bench/results/${day}.md`), 'utf8');
    const rows = [...text.matchAll(/^\| (\d+ × \d+) \| ([\d.]+) \| ([\d.]+) \| (1\/[\d.]+) \|$/gm)];
    expect(rows.length).toBe(4);
    for (const [, shape = '', ...figures] of rows) {
      const [line = ''] = record.split('\n').filter((one) => one.startsWith(`| ${shape} |`));
      const cells = line.split('|').map((cell) => cell.trim());
      expect([shape, cells[5], cells[6], cells[8]]).toEqual([shape, ...figures]);
    }
  }
});

test('no document and no deploy file names an unknown variable', () => {
  const files = ['docker-compose.yml', 'README.md', ...filesBelow('deploy', '').map(({ path }) => path)];
  const documents = ['packages', 'apps'].flatMap((folder) =>
    filesBelow(folder, '.md').map(({ path }) => path),
  );
  const unknown = [...files, ...documents].flatMap((path) => {
    const names = readFileSync(join(root, path), 'utf8').match(/\bPLENUM_[A-Z_]*[A-Z]\b/g) ?? [];
    return names.filter((name) => !variables.includes(name)).map((name) => `${path} names ${name}`);
  });
  expect(unknown).toEqual([]);
});

test.each(['deploy/grafana', 'deploy/alerts'])('%s names metrics that exist', (folder) => {
  const documented = new Set(
    filesBelow('apps/docs/reference', 'metrics.md').flatMap(
      ({ text }) => text.match(/\bplenum_[a-z_]+/g) ?? [],
    ),
  );
  const named = filesBelow(folder, '.json', '.yml').flatMap(
    ({ text }) =>
      text.match(/\bplenum_[a-z_]+/g)?.map((name) => name.replace(/_(?:bucket|count|sum)$/, '')) ?? [],
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !documented.has(name))).toEqual([]);
});

test('an alert at any event of a kind is one at the first, with which its counter begins', () => {
  const [page] = filesBelow('apps/docs/reference', 'metrics.md');
  const rows = page?.text.matchAll(/^\| `(\w+)` \| counter \|[^|]*\| `/gm) ?? [];
  const labelled = new Set([...rows].map(([, name]) => name));
  const rules = filesBelow('deploy/alerts', '.yml').flatMap(({ text }) => text.split('- alert:').slice(1));
  const atAny = rules.flatMap((rule) => {
    const [, series = '', name = ''] = rule.match(/increase\(((plenum_\w+)\S*?)\[\w+\]\) > 0/) ?? [];
    return labelled.has(name) ? [{ rule, series }] : [];
  });
  expect(atAny.length).toBeGreaterThan(2);
  expect(atAny.filter(({ rule, series }) => !rule.includes(`${series} unless ${series} offset`))).toEqual([]);
});

test('an alarm about partitions is one per prefix, and one is left when every node is down', () => {
  const rules = filesBelow('deploy/alerts', '.yml').flatMap(({ text }) => text.split('- alert:').slice(1));
  const ruleOf = (name: string) => rules.find((rule) => rule.trim().startsWith(`${name}\n`)) ?? '';
  expect(ruleOf('PlenumPartitionsWithoutOwner')).toMatch(
    /sum by \(prefix\) \(plenum_leases \* on \(job, instance\) group_left \(prefix\) plenum_node_info\) != 256/,
  );
  expect(ruleOf('PlenumNodeDown')).toMatch(/up == 0/);
  expect(ruleOf('PlenumDown')).toMatch(/unless count by \(prefix\) \(plenum_node_info\)/);
  expect(ruleOf('PlenumRedisMemory')).toMatch(/redis_memory_used_bytes/);
});

test.each(['apps/docs/glossary.md', 'apps/docs/internals/invariants.md', '.github/CONTRIBUTING.md'])(
  'every file and folder that %s names exists',
  (path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const named = [...text.matchAll(/`((?:packages|apps|test|deploy)\/[^`\s<]*)`/g)].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  },
);

/** The rows of the table at the top of the operation `send`, and all paths that its comment names. */
const lifeOfMessage = (() => {
  const [comment = ''] = readFileSync(join(root, 'packages/core/src/operations/send.ts'), 'utf8').split('*/');
  const rows = [...comment.matchAll(/^ \* {3}([a-z][\w-]*)/gm)].map(([, stage = '']) => stage);
  return { comment, stages: rows.slice(rows.indexOf('stage') + 1) };
})();

test('the table of the life of a message has the steps of a send in the default order', () => {
  const askable = { auth: true, moderation: true, custom: ['middleware'] };
  const steps = stepsOf([...defaultMiddlewares, ...askable.custom], askable);
  const names = steps.map((step) => (step.type === 'custom' ? step.name : step.type));
  const { stages } = lifeOfMessage;
  expect(stages.slice(stages.indexOf('operation') + 1, stages.indexOf('channel'))).toEqual(names);
});

test('every file that the life of a message names exists', () => {
  const roots: Readonly<Record<string, string>> = {
    gateway: 'packages/gateway/src',
    redis: 'packages/redis/src',
    lua: 'packages/redis/lua',
  };
  let folder = '';
  const paths = [...lifeOfMessage.comment.matchAll(/[\w/-]+\.(?:ts|lua)/g)].map(([path]) => {
    const [first = '', ...rest] = path.split('/');
    const named = roots[first] === undefined ? join('packages/core/src', path) : join(roots[first], ...rest);
    // A file without a folder is in that of the file before it.
    const full = path.includes('/') ? named : join(folder, path);
    folder = dirname(full);
    return full;
  });
  expect(paths.length).toBeGreaterThan(15);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
