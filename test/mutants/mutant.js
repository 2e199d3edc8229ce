/**
 * One deliberate fault of the product, and the tests that have to notice it.
 * @typedef {object} Mutant
 * @property {string} name
 * @property {readonly Edit[]} edits
 * @property {readonly Killer[]} killers each of them has to fail
 */

/**
 * @typedef {object} Edit
 * @property {string} file below the top folder
 * @property {string} from is in the file exactly once
 * @property {string} to
 */

/**
 * @typedef {object} Killer
 * @property {string} file of tests, or a folder of them
 * @property {string} [tests] a part of their names; default: all of the file
 * @property {true} [isOnProcesses] it starts nodes, which run what was built
 */

/** @param {Killer} killer */
export const namedKiller = ({ file, tests }) => (tests === undefined ? file : `${file} (${tests})`);

const files = {
  conformance: 'packages/redis/test/conformance',
  feeds: 'packages/core/test/feed-host.test.ts',
  redisFails: 'test/failure/redis-fails.test.ts',
};

/** On the engine on Redis; the memory engine has no script. @param {string} tests @returns {Killer} */
export const conformance = (tests) => ({ file: files.conformance, tests });
/** The feed under every order of events. @param {string} tests @returns {Killer} */
export const feedSimulation = (tests) => ({ file: files.feeds, tests });
/** Real nodes, whose whole history is judged by the checker. @param {string} tests @returns {Killer} */
export const judgedHistory = (tests) => ({ file: files.redisFails, tests, isOnProcesses: true });
