/** Finds the built pages: the playground, `index.html`, and the console, `console.html`. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';

/** In the package the pages have the same place beside the code as in a checkout. */
export const builtPages = fileURLToPath(new URL('../../web/dist/site/', import.meta.url));

export const isBuilt = (page: 'index.html' | 'console.html'): boolean => existsSync(`${builtPages}${page}`);

/** True if the console is on, and its page is built. */
export const isConsoleServed = ({ hasConsole }: Pick<Config, 'hasConsole'>): boolean =>
  hasConsole && isBuilt('console.html');
