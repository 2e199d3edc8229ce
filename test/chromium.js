/** A Chromium for the tests in a browser: the given one, one on the PATH, or one that is installed where that is one command. */
import { find, obtain } from './debian-package.js';

export const missingChromium =
  'The tests in a browser need Chromium: put chromium or google-chrome on the PATH, or name it in CHROMIUM_PATH.';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** @returns {string | null} `CHROMIUM_PATH`, which is not checked, or the first that is on the PATH */
export function findChromium() {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH !== undefined) return CHROMIUM_PATH;
  return names.map(find).find((path) => path !== null) ?? null;
}

/**
 * Installs it on Debian as root, which is what CI images and development containers are.
 * @returns true
 * @throws Error with one sentence if there is none
 */
export async function obtainChromium() {
  if (findChromium() === null)
    await obtain('chromium', 'chromium').catch(() => {
      throw new Error(missingChromium);
    });
  return true;
}
