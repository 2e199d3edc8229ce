/** Builds the pages of the playground once, before the tests that open them. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const builder = fileURLToPath(new URL('../../apps/web/build.js', import.meta.url));

export function setup(): void {
  execFileSync(process.execPath, [builder], { stdio: 'inherit' });
}
