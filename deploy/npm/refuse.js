/**
 * The `prepublishOnly` of each public workspace: `npm publish` in a workspace would describe the workspace to the registry, with
 * packages of ours that are not there. `deploy/npm/publish.js` publishes what was packed.
 */
process.stderr.write('Publish by `node deploy/npm/publish.js` in the top folder: it packs first.\n');
process.exitCode = 1;
