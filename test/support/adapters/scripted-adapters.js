/**
 * The archive and the notifier of a node as its own code, for `plenum.config.mjs`: each asks the desk of the test what to do
 * with what it was given, and does it: answers, throws, answers nonsense, answers too late, or never.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { DESK_URL: deskUrl = '', DESK_WEIGHS: weighs } = process.env;

const weighEveryMs = 1000;
let weighedMs = Number.NEGATIVE_INFINITY;
if (weighs !== undefined) setFlagsFromString('--expose-gc');
/** @type {unknown} */
const collectGarbage = weighs === undefined ? null : runInNewContext('gc');

/** What of the node's heap is in use, in bytes; now and then only, since it takes a collection. */
function heapBytes() {
  const nowMs = performance.now();
  if (typeof collectGarbage !== 'function' || nowMs - weighedMs < weighEveryMs) return null;
  weighedMs = nowMs;
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** @typedef {import('./adapter-desk.ts').Instruction} Instruction */

/**
 * @param {'archive' | 'notifier'} kind
 * @param {object} given
 * @returns {Promise<Instruction>}
 */
async function askDesk(kind, given) {
  const body = JSON.stringify({ ...given, pid: process.pid, heapBytes: heapBytes() });
  const answer = await fetch(`${deskUrl}/${kind}`, { method: 'POST', body });
  return JSON.parse(await answer.text());
}

/**
 * Answers what the test asks for: the types of an adapter do not bind plain JavaScript.
 * @param {Instruction} instruction
 * @returns {Promise<any>}
 */
async function follow({ how, answer, afterMs }) {
  if (how === 'throw') throw new Error('the adapter throws on demand');
  if (how === 'hang') await new Promise(() => {});
  await wait(afterMs);
  return answer;
}

export const adapters = {
  archive: {
    /** @type {import('@plenum/core').Archive['save']} */
    save: async (entries) => follow(await askDesk('archive', { entries })),
  },
  notifier: {
    /** @type {import('@plenum/core').Notifier['notify']} */
    notify: async (recipients, message) =>
      follow(await askDesk('notifier', { recipients, entries: [message] })),
  },
};
