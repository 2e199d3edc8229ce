/**
 * `npm run test:interop:all [-- --only go,rust]`: the scenarios with a client in every language, on nodes with a Redis. A language
 * whose toolchain is not on the machine is named at the end, and fails the run.
 */
import { join } from 'node:path';
import { checked, commanded, root, tested } from '../stage.js';
import { language, languages, missingTool } from './languages.js';

const at = process.argv.indexOf('--only');
const only = at < 0 ? languages : (process.argv[at + 1] ?? '').split(',').map(language);
/** @type {string[]} */
const missing = [];
/** @type {import('./languages.js').Language[]} */
const present = [];
for (const one of only) {
  const tool = await missingTool(one);
  if (tool === null) present.push(one);
  else missing.push(`${one.name}: ${tool} is not on this machine`);
}

const results = [await commanded('build', join(root, 'node_modules/.bin/tsc'), ['-b'])];
/** @type {string[]} */
const built = [];
// One after the other: each uses all cores.
for (const { name, build } of present) {
  const result = await checked(`client in ${name}: build`, async () => {
    await build();
    return true;
  });
  results.push(result);
  if (result.failed === 0) built.push(name);
}
process.env['INTEROP_LANGUAGES'] = built.join(',');
process.env['INTEROP_ENGINE'] ??= 'redis';
if (built.length > 0) results.push(await tested('interop', ['test/interop/plain-clients.test.ts']));

for (const { name, passed, failed, failures, seconds } of results) {
  process.stdout.write(
    `${failed > 0 ? '✗' : '✓'} ${name.padEnd(30)} ${passed} passed ${failed} failed ${seconds} s\n`,
  );
  for (const failure of failures) process.stdout.write(`    ${failure}\n`);
}
for (const line of missing) process.stdout.write(`✗ ${line}\n`);
const sum = (/** @type {'passed' | 'failed'} */ field) =>
  results.reduce((total, result) => total + result[field], 0);
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed') + missing.length} failed\n`);
process.exitCode = sum('failed') + missing.length > 0 || built.length === 0 ? 1 : 0;
