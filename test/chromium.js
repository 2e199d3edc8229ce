/** A Chromium for the tests in a browser: the given one, one on the PATH, or one that is installed where that is one command. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './stage.js';

export const missingChromium =
  'The tests in a browser need Chromium: put chromium or google-chrome on the PATH, or name it in CHROMIUM_PATH.';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** @returns {string | null} `CHROMIUM_PATH`, which is not checked, or the first that is on the PATH */
export function findChromium() {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  if (CHROMIUM_PATH !== undefined) return CHROMIUM_PATH;
  const candidates = names.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return candidates.find(isExecutable) ?? null;
}

/**
 * Installs it on Debian as root, which is what CI images and development containers are.
 * @returns true
 * @throws Error with one sentence if there is none
 */
export async function obtainChromium() {
  if (findChromium() !== null) return true;
  if (process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get')) {
    process.stdout.write('No Chromium here: installing chromium with apt-get.\n');
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], quiet);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet);
  }
  if (findChromium() === null) throw new Error(missingChromium);
  return true;
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
