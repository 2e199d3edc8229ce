/** npm without a shell: on Windows its command is a script of the shell, which Node refuses to start. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where npm is, beside each kind of installed Node. */
const places = ['node_modules/npm/bin/npm-cli.js', '../lib/node_modules/npm/bin/npm-cli.js'];

const running = process.env['npm_execpath'] ?? '';
const script = running.endsWith('npm-cli.js')
  ? running
  : places.map((place) => join(dirname(process.execPath), place)).find((path) => existsSync(path));

/**
 * @param {string} cwd
 * @param {readonly string[]} args
 * @returns {string} what it has written
 * @throws Error with its output if it fails
 */
export function npm(cwd, ...args) {
  const [command, first] = script === undefined ? ['npm', []] : [process.execPath, [script]];
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...args], {
    cwd,
    encoding: 'utf8',
  });
  const output = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${error?.message ?? output}`);
  return output;
}
