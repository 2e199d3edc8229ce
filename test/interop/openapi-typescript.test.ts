/** A client in TypeScript, generated from the document that a node serves, compiles strictly and calls the node. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../source-tree.ts';
import { Service } from '../support/cluster/service.ts';
import { conversationAnswers } from '../support/wire/conversation-answers.ts';
import { adminToken } from '../support/wire/http.ts';

const run = promisify(execFile);
const folder = join(root, 'test/openapi-client');
const generator = join(folder, 'node_modules/openapi-typescript/bin/cli.js');
const compiler = join(root, 'node_modules/typescript/bin/tsc');

test('a TypeScript client generated from the document compiles strictly and calls the service', async () => {
  await using service = await Service.start('memory');
  const own = await mkdtemp(join(folder, 'generated-'));
  try {
    const document = await (await fetch(`${service.url}/openapi.json`)).text();
    await writeFile(join(own, 'openapi.json'), document);
    const node = process.execPath;
    await run(node, [generator, join(own, 'openapi.json'), '--output', join(own, 'schema.ts')]);
    await copyFile(join(folder, 'conversation.ts'), join(own, 'conversation.ts'));
    const config = { extends: '../tsconfig.json', include: ['*.ts'] };
    await writeFile(join(own, 'tsconfig.json'), JSON.stringify(config));
    await run(node, [compiler, '-p', own]).catch((error: { stdout?: string }) => {
      throw new Error(error.stdout);
    });
    const { stdout } = await run(node, [join(own, 'conversation.js'), service.url, adminToken]);
    expect(JSON.parse(stdout)).toEqual(conversationAnswers);
  } finally {
    await rm(own, { recursive: true });
  }
});
