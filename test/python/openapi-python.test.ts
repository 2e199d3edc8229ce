/** A client in Python, generated from the document that a node serves, calls the node. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { obtainPythonTools, pythonBin } from '../python-tools.js';
import { root } from '../source-tree.ts';
import { Service } from '../support/cluster/service.ts';
import { conversationAnswers } from '../support/wire/conversation-answers.ts';
import { adminToken } from '../support/wire/http.ts';

const run = promisify(execFile);

test('a Python client generated from the document calls the service, without a warning', async () => {
  await obtainPythonTools();
  await using service = await Service.start('memory');
  const own = await mkdtemp(join(tmpdir(), 'plenum-python-'));
  try {
    const document = await (await fetch(`${service.url}/openapi.json`)).text();
    await writeFile(join(own, 'openapi.json'), document);
    const output = join(own, 'plenum_client');
    const env = { ...process.env, PATH: `${pythonBin}:${process.env['PATH']}` };
    const config = join(root, 'test/openapi-client/openapi-python-client.yaml');
    const options = ['--path', join(own, 'openapi.json'), '--config', config, '--meta', 'none'];
    options.push('--output-path', output);
    const generated = await run(join(pythonBin, 'openapi-python-client'), ['generate', ...options], { env });
    expect(`${generated.stdout}${generated.stderr}`.trim()).toBe(`Generating ${output}`);
    const program = join(root, 'test/openapi-client/conversation.py');
    const { stdout } = await run(join(pythonBin, 'python'), [program, service.url, adminToken], {
      env: { ...env, PYTHONPATH: own },
    });
    expect(JSON.parse(stdout)).toEqual(conversationAnswers);
  } finally {
    await rm(own, { recursive: true });
  }
});
