/** Builds the pages, if what they are made of has changed since the last time. `--always` builds them in any case. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const site = join(here, 'dist/site');
const stamp = join(here, 'dist/site.stamp');
/** What the pages are made of. */
const sources = [
  'src',
  'index.html',
  'console.html',
  'vite.config.ts',
  '../../packages/client/src',
  '../../packages/react/src',
  '../../package-lock.json',
];

/** @param {string} path @returns {string[]} */
function filesOf(path) {
  const entries = readdirSync(join(here, path), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function digest() {
  const hash = createHash('sha256');
  const files = sources.flatMap((path) => (/\.\w+$/.test(path) ? [join(here, path)] : filesOf(path))).sort();
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

const now = digest();
const isBuilt = () =>
  existsSync(join(site, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now;

if (!isBuilt() || process.argv.includes('--always')) {
  // Also under a test runner, which sets another one, pages get React's production build.
  process.env['NODE_ENV'] = 'production';
  const { build } = await import('vite');
  // A node that starts meanwhile finds a whole site.
  const made = join(here, `dist/site.${process.pid}`);
  const former = join(here, `dist/former.${process.pid}`);
  await build({
    configFile: join(here, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: made, emptyOutDir: true },
  });
  if (existsSync(site)) renameSync(site, former);
  renameSync(made, site);
  writeFileSync(stamp, now);
  rmSync(former, { recursive: true, force: true });
}
