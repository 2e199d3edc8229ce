#!/usr/bin/env node
// Plain old syntax up to the check: an old Node has to be able to read it.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(`Plenum needs Node 20.19 or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

// In the package the code is bundled; in a checkout it is compiled.
var bundled = new URL('../lib/plenum/main.js', import.meta.url);
var compiled = new URL('../dist/main.js', import.meta.url);
Promise.all([import('node:fs'), import('node:child_process'), import('node:url')])
  .then((modules) => {
    if (modules[0].existsSync(bundled)) return import(bundled.href);
    if (!modules[0].existsSync(compiled)) build(modules[0], modules[1], modules[2].fileURLToPath);
    return import(compiled.href);
  })
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });

/** A fresh checkout is built once, by itself. */
function build(fs, childProcess, pathOf) {
  var root = new URL('../../../', import.meta.url);
  var compiler = new URL('node_modules/typescript/bin/tsc', root);
  if (!fs.existsSync(compiler)) {
    console.error('Plenum is not built: run `npm ci` and `npm run build` in its folder first.');
    process.exit(1);
  }
  console.error('Plenum is not built yet: building it once (npm run build) …');
  var built = childProcess.spawnSync(process.execPath, [pathOf(compiler), '-b'], {
    cwd: pathOf(root),
    stdio: ['ignore', 2, 2],
  });
  if (built.status !== 0) {
    console.error('The build failed: see above.');
    process.exit(1);
  }
}
