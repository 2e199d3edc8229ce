/** Commands that tests run and that a package of Debian brings: found, or installed where that is one command. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './stage.js';

/** Where Debian puts servers: not on the PATH of every user. */
const serverFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * @param {string} command
 * @returns {string | null} its path
 */
export function find(command) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [...folders, ...serverFolders].map((folder) => join(folder, command)).find(isExecutable) ?? null;
}

/**
 * Installs the package as root on Debian and Ubuntu, which is what CI images and development containers are.
 * @param {string} command
 * @param {string} packageName
 * @returns {Promise<string>} the path of the command
 * @throws Error with one sentence if there is none
 */
export async function obtain(command, packageName) {
  const present = find(command);
  if (present !== null) return present;
  if (process.getuid?.() === 0 && find('apt-get') !== null) {
    process.stdout.write(`No ${command} here: installing ${packageName} with apt-get.\n`);
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], quiet);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', packageName], quiet);
  }
  const installed = find(command);
  if (installed === null) throw new Error(`These tests need ${command}: install it, or put it on the PATH.`);
  return installed;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
