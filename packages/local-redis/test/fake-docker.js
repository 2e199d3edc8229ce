#!/usr/bin/env node
/** A `docker` that runs the server of an image as a process: the calls that the launcher makes, and no others. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , command = '', ...args] = process.argv;
const state = process.env['FAKE_DOCKER'] ?? '';
const after = (/** @type {string} */ name) => args[args.indexOf(name) + 1] ?? '';
const pidOf = (/** @type {string} */ name) => Number(readFileSync(join(state, name), 'utf8'));

const commands = {
  version: () => console.log('27.0.0'),
  image: () => process.exit(process.env['FAKE_DOCKER_HAS_IMAGE'] === 'no' ? 1 : 0),
  pull: () => writeFileSync(join(state, 'pulled'), args.at(-1) ?? ''),
  kill: () => process.kill(pidOf(args.at(-1) ?? ''), /** @type {NodeJS.Signals} */ (after('--signal'))),
  rm: () => process.kill(pidOf(args.at(-1) ?? ''), 'SIGKILL'),
  run: () => {
    const [, source = ''] = after('--mount').match(/source=(.*),target/) ?? [];
    const [program = '', ...own] = args.slice(args.findIndex((arg) => arg.startsWith('redis:')) + 1);
    const child = spawn(
      program,
      own.map((arg) => arg.replace(/^\/data/, source)),
      { stdio: 'inherit' },
    );
    writeFileSync(join(state, after('--name')), String(child.pid));
    writeFileSync(join(state, 'run'), args.join('\n'));
    child.once('exit', (code) => process.exit(code ?? 1));
  },
};
commands[/** @type {keyof typeof commands} */ (command)]();
