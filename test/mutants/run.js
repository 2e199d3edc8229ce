/**
 * `npm run test:mutants`: spoils a copy of the working tree in one place after the other, and fails unless the tests that
 * guard the place notice. With `--quick` only the tests that start no processes; with names only those mutants.
 */
import { everyMutant } from './every-mutant.js';
import { Killing } from './killing.js';
import { namedKiller } from './mutant.js';
import { Sandbox } from './sandbox.js';

/** @typedef {import('./mutant.js').Mutant} Mutant */
/** @typedef {import('./mutant.js').Killer} Killer */

const words = process.argv.slice(2);
const isQuick = words.includes('--quick');
const wanted = words.filter((word) => !word.startsWith('--'));
const unknown = wanted.filter((name) => !everyMutant.some((mutant) => mutant.name === name));
const chosen = everyMutant
  .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  .map((mutant) => ({
    ...mutant,
    killers: mutant.killers.filter(({ isOnProcesses }) => !(isQuick && isOnProcesses)),
  }))
  .filter(({ killers }) => killers.length > 0);

const sandbox = new Sandbox();
const killing = new Killing(sandbox.folder);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    killing.end();
    sandbox.remove();
    process.exit(130);
  });
}

const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
const seconds = (/** @type {number} */ sinceMs) => `${Math.round((performance.now() - sinceMs) / 1000)} s`;
const reasonOf = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));

const startMs = performance.now();
let faults = unknown.length;
for (const name of unknown) say(`✗ there is no mutant "${name}"`);
try {
  const unsound = await unsoundFiles();
  faults += unsound.size;
  for (const mutant of chosen) {
    const doubtful = mutant.killers.find(({ file }) => unsound.has(file));
    if (doubtful === undefined) faults += await survivals(mutant);
    else say(`✗ ${mutant.name}: not tried, since ${doubtful.file} kills nothing for sure`);
  }
} finally {
  sandbox.remove();
}
say(`\n${chosen.length} mutants, ${faults} faults, ${seconds(startMs)}`);
process.exitCode = faults > 0 || chosen.length === 0 ? 1 : 0;

/** A test that fails without any mutant kills none, and one that is not there neither. @returns the files of such tests */
async function unsoundFiles() {
  const everyKiller = chosen.flatMap((mutant) => mutant.killers);
  /** @type {Set<string>} */
  const unsound = new Set();
  for (const file of new Set(everyKiller.map((killer) => killer.file))) {
    const sinceMs = performance.now();
    const killers = everyKiller.filter((killer) => killer.file === file);
    const problem = await killing.run(file, killers).then((finding) => problemIn(finding, killers), reasonOf);
    if (problem === null) say(`· passes as it is: ${file} (${seconds(sinceMs)})`);
    else say(`✗ ${file}: ${problem}`);
    if (problem !== null) unsound.add(file);
  }
  return unsound;
}

/** @param {import('./killing.js').Finding} finding @param {readonly Killer[]} killers */
function problemIn({ failed, passed }, killers) {
  if (failed[0] !== undefined) return `fails as it is: ${failed[0]}`;
  const missing = killers.find(({ tests = '' }) => !passed.some((name) => name.includes(tests)));
  return missing === undefined ? null : `has no test "${missing.tests}"`;
}

/** @param {Mutant} mutant @returns {Promise<number>} how many of its killers did not kill it */
async function survivals({ name, edits, killers }) {
  let count = 0;
  try {
    killing.isBuilt &&= !edits.some(({ file }) => file.endsWith('.ts'));
    for (const edit of edits) sandbox.apply(edit);
    for (const killer of killers) if (!(await isKilled(name, killer))) count += 1;
  } catch (error) {
    say(`✗ ${name}: ${reasonOf(error)}`);
    count += 1;
  } finally {
    sandbox.restore();
    killing.isBuilt &&= !edits.some(({ file }) => file.endsWith('.ts'));
  }
  return count;
}

/** @param {string} name @param {Killer} killer */
async function isKilled(name, killer) {
  const sinceMs = performance.now();
  const { failed, passed } = await killing.run(killer.file, [killer]);
  const [test] = failed;
  if (test === undefined)
    say(`✗ ${name}: SURVIVED ${namedKiller(killer)}, all ${passed.length} of its tests`);
  else say(`✓ ${name}: killed by ${killer.file}: ${test} (${seconds(sinceMs)})`);
  return test !== undefined;
}
