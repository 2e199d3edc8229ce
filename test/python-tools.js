/** Virtual environments of Python with what tests need, kept between runs. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './stage.js';

const run = promisify(execFile);
const generator = 'openapi-python-client==0.29.1';
const folderOf = (/** @type {string} */ name) => join(root, 'node_modules/.cache', name);
export const pythonBin = join(folderOf('openapi-python-client-0.29.1'), 'bin');

/** @returns {Promise<boolean>} that it is there; throws what Python or pip said if it cannot be */
export async function obtainPythonTools() {
  const command = join(pythonBin, 'openapi-python-client');
  if (!existsSync(command)) await install('openapi-python-client-0.29.1', [generator]);
  return existsSync(command);
}

/**
 * @param {string} name of the environment; another name where the packages change
 * @param {readonly string[]} packages
 * @returns {Promise<string>} the command `python` of an environment with these packages; throws what Python or pip said
 */
export async function obtainPython(name, packages) {
  const done = join(folderOf(name), 'installed');
  if (!existsSync(done)) {
    await install(name, packages);
    await writeFile(done, packages.join('\n'));
  }
  return join(folderOf(name), 'bin/python');
}

/** @param {string} name @param {readonly string[]} packages */
async function install(name, packages) {
  const folder = folderOf(name);
  await run('python3', ['-m', 'venv', '--clear', folder]);
  await run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]);
}
