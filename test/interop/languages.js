/** The languages in which there are clients: what each needs on the machine, how it is built, and how it is started. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { obtainPython } from '../python-tools.js';
import { root } from '../stage.js';

const run = promisify(execFile);
const clients = join(root, 'test/interop/clients');
const built = join(root, 'node_modules/.cache/interop');

/**
 * @typedef {object} Launch
 * @property {string} command
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} [env]
 *
 * @typedef {object} Language
 * @property {string} name
 * @property {readonly (readonly string[])[]} tools commands that fail where the toolchain is not there
 * @property {() => Promise<unknown>} build
 * @property {() => Launch} launch
 */

/** @param {string} script @param {NodeJS.ProcessEnv} [env] @returns {() => Launch} */
const node = (script, env) => () => ({
  command: process.execPath,
  args: [join(clients, script)],
  ...(env && { env }),
});
const nothing = () => Promise.resolve();

const quickStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', '-Xmx128m'];
const pythonPackages = ['python-socketio==5.18.1', 'aiohttp==3.14.3'];
/** @type {string} */
let python = '';

/** @type {readonly Language[]} */
export const languages = [
  { name: 'sdk', tools: [], build: nothing, launch: node('sdk/actor.js') },
  { name: 'javascript', tools: [], build: nothing, launch: node('javascript/actor.js') },
  {
    name: 'javascript-3',
    tools: [],
    build: nothing,
    launch: node('javascript/actor.js', { IO: 'socket.io-client-3' }),
  },
  {
    name: 'python',
    tools: [['python3', '--version']],
    build: async () => {
      python = await obtainPython('python-socketio-5.18.1', pythonPackages);
    },
    launch: () => ({ command: python, args: [join(clients, 'python/actor.py')] }),
  },
  {
    name: 'go',
    tools: [['go', 'version']],
    build: () => run('go', ['build', '-o', join(built, 'go'), '.'], { cwd: join(clients, 'go') }),
    launch: () => ({ command: join(built, 'go'), args: [] }),
  },
  {
    name: 'rust',
    tools: [['cargo', '--version']],
    build: () =>
      run('cargo', ['build', '--locked', '--target-dir', join(built, 'rust')], {
        cwd: join(clients, 'rust'),
        maxBuffer: 16 * 1024 * 1024,
      }),
    launch: () => ({ command: join(built, 'rust/debug/plenum-client'), args: [] }),
  },
  {
    name: 'java',
    tools: [
      ['java', '-version'],
      ['mvn', '--version'],
    ],
    build: () =>
      run('mvn', ['-q', '-B', `-Dfolder=${join(built, 'java')}`, 'package'], { cwd: join(clients, 'java') }),
    launch: () => ({
      command: 'java',
      args: [...quickStart, '-cp', `${join(built, 'java/classes')}:${join(built, 'java/lib/*')}`, 'Actor'],
    }),
  },
];

/**
 * @param {string} name
 * @returns {Language}
 */
export function language(name) {
  const found = languages.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`there is no client in ${name}: ${languages.map((one) => one.name).join(', ')}`);
  return found;
}

/**
 * @param {Language} language
 * @returns {Promise<string | null>} the tool that is not there
 */
export async function missingTool({ tools }) {
  for (const [command = '', ...args] of tools) {
    try {
      await run(command, args);
    } catch {
      return command;
    }
  }
  return null;
}
