/**
 * `node deploy/npm/sbom.js <manifest of the packed server>`: prints the SBOM of what is installed in this folder, by `npm sbom`
 * (CycloneDX). The image runs it where the dependencies of the server are installed by the lock file, and nothing else is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.js';
import { publicPackages } from './public-packages.js';
import { readJson, root } from './workspaces.js';

const { name, version, license, dependencies } = readJson(process.argv[2] ?? 'package/package.json');
// The pins are for those who install from the registry; the lock file has overrides instead.
const pins = Object.keys(publicPackages[name]?.pins ?? {});
const installed = Object.entries(dependencies).filter(([dependency]) => !pins.includes(dependency));
const path = join(root, 'package.json');
const workspace = readFileSync(path, 'utf8');
const { overrides } = JSON.parse(workspace);
const manifest = {
  name,
  version,
  license,
  dependencies: Object.fromEntries(installed),
  overrides: of(overrides),
};
writeFileSync(path, JSON.stringify(manifest));
try {
  process.stdout.write(npm(root, 'sbom', '--omit', 'dev', '--sbom-format', 'cyclonedx'));
} finally {
  writeFileSync(path, workspace);
}

/** Those of packages that the server may have: others refer to dependencies that this manifest does not name. */
function of(/** @type {Record<string, unknown>} */ all) {
  return Object.fromEntries(Object.entries(all).filter(([, override]) => typeof override === 'string'));
}
