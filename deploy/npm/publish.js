/**
 * Packs every public workspace and publishes the tarballs: `node deploy/npm/publish.js [--dry-run] [options of npm publish]`. Where CI
 * can attest it, they get a provenance.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from './npm.js';
import { pack } from './pack.js';
import { publicPackages } from './public-packages.js';
import { root } from './workspaces.js';

const given = process.argv.slice(2);
/** GitHub gives it to a workflow that may ask for an identity. */
const canAttest = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] !== undefined;
const options = [...(canAttest ? ['--provenance'] : []), ...given];

const folder = mkdtempSync(join(tmpdir(), 'plenum-publish-'));
try {
  const tarballs = Object.keys(publicPackages).map((name) => pack(name, folder));
  for (const tarball of tarballs) process.stdout.write(npm(root, 'publish', tarball, ...options));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
