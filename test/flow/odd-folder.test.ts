/** The project in a folder whose name a URL writes in another way: with a space, an umlaut and a percent sign. */
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { root, workspaces } from '../source-tree.ts';

const name = 'my projects ü 100% ';

/** What runs of the project: built code and scripts are copied, dependencies stay where they are. */
async function copyInOddFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), name));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'node_modules', '@plenum'), { recursive: true });
  for (const { folder: place, manifest } of workspaces) {
    for (const part of ['package.json', 'bin', 'dist', 'lua']) {
      await cp(join(root, place, part), join(folder, place, part), { recursive: true }).catch(() => {});
    }
    await symlink(join(folder, place), join(folder, 'node_modules', manifest.name), 'junction');
  }
  // The rights of the Redis that the cluster starts.
  await cp(join(root, 'deploy/redis.acl'), join(folder, 'deploy/redis.acl'));
  for (const dependency of await readdir(join(root, 'node_modules'))) {
    const link = join(folder, 'node_modules', dependency);
    await symlink(join(root, 'node_modules', dependency), link, 'junction').catch(() => {});
  }
  return folder;
}

test('a cluster starts in a folder whose name has a space, an umlaut and a percent sign', async () => {
  const folder = await copyInOddFolder();
  const entry = join(folder, 'apps/server/dist/dev/cluster.js');
  await using cluster = new CommandProcess(entry, [], { PWD: folder, PORT: '0' });
  const [, url = ''] = await cluster.until(/The cluster is ready at (\S+?):? /);
  expect((await fetch(`${url.replace(/:$/, '')}/readyz`)).status).toBe(200);
});
