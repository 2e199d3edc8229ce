/** A virtual environment of Python with the generator of clients, kept between runs. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './stage.js';

const run = promisify(execFile);
const generator = 'openapi-python-client==0.29.1';
const folder = join(root, 'node_modules/.cache/openapi-python-client-0.29.1');
export const pythonBin = join(folder, 'bin');

/** @returns {Promise<boolean>} that it is there; throws what Python or pip said if it cannot be */
export async function obtainPythonTools() {
  const command = join(pythonBin, 'openapi-python-client');
  if (existsSync(command)) return true;
  await run('python3', ['-m', 'venv', '--clear', folder]);
  await run(join(pythonBin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', generator]);
  return existsSync(command);
}
