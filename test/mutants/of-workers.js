/** Faults in what holds for all workers of a machine: places, figures, the budget of unread bytes, and their drain. */
const workers = 'apps/server/src/workers';
const outbound = 'packages/gateway/src/outbound';

/** @type {readonly import('./mutant.js').Mutant[]} */
export const mutantsOfWorkers = [
  {
    name: 'an ended worker keeps its places',
    edits: [
      {
        file: `${workers}/place-ledger.ts`,
        from: '      for (let i = 0; i < count; i += 1) this.#places.release([place]);\n',
        to: '      if (count < 0) this.#places.release([place]);\n',
      },
    ],
    killers: [{ file: `${workers}/place-ledger.test.ts`, tests: 'what an ended worker held is free' }],
  },
  {
    name: 'a part of several places',
    edits: [
      {
        file: 'packages/gateway/src/sockets/connection-limits.ts',
        from: 'if (!places.every((place) => this.#isLeft(place))) return false;',
        to: 'if (!places.some((place) => this.#isLeft(place))) return false;',
      },
    ],
    killers: [{ file: `${workers}/place-ledger.test.ts`, tests: 'of several places all are taken or none' }],
  },
  {
    name: 'counters forget an ended worker',
    edits: [
      {
        file: `${workers}/machine-figures.ts`,
        from: 'this.#retired = this.#retired.then((sum) => addUpFigures([sum, last]));',
        to: 'if (last.length < 0) this.#retired = this.#retired.then((sum) => addUpFigures([sum, last]));',
      },
    ],
    killers: [{ file: `${workers}/machine-figures.test.ts`, tests: 'stays in counters, not in gauges' }],
  },
  {
    name: 'an ended worker keeps its sockets',
    edits: [
      {
        file: 'packages/gateway/src/metrics/added-figures.ts',
        from: 'figures.filter(isLasting);',
        to: 'figures.filter((figure) => isLasting(figure) || true);',
      },
    ],
    killers: [{ file: `${workers}/machine-figures.test.ts`, tests: 'stays in counters, not in gauges' }],
  },
  {
    name: 'each worker has the whole budget',
    edits: [
      {
        file: `${outbound}/unread-budget.ts`,
        from: 'return this.#options.sharing?.others() ?? noUnread;',
        to: 'return noUnread;',
      },
    ],
    killers: [{ file: `${outbound}/unread-budget.test.ts`, tests: 'of a shared budget' }],
  },
  {
    name: 'a worker with few unread bytes frees some for another one',
    edits: [
      { file: `${outbound}/unread-sums.ts`, from: '    left -= bytes;\n', to: '    left -= 0 * bytes;\n' },
    ],
    killers: [{ file: `${outbound}/worst-first.test.ts`, tests: 'of a full machine' }],
  },
  {
    name: 'a draining worker keeps the port',
    edits: [
      {
        file: 'apps/server/src/drain-node.ts',
        from: 'await port.beforeDrain(() => gateway.leavePort());',
        to: 'await port.beforeDrain(() => {});',
      },
    ],
    killers: [
      { file: 'test/flow/workers.test.ts', tests: 'a worker drained by its node id', isOnProcesses: true },
    ],
  },
  {
    name: 'a limit for each worker',
    edits: [
      {
        file: 'packages/gateway/src/shared-deps.ts',
        from: 'machine?.places ?? new LocalPlaces(',
        to: 'new LocalPlaces(',
      },
    ],
    killers: [
      { file: 'test/flow/worker-limits.test.ts', tests: 'a user has its connections', isOnProcesses: true },
    ],
  },
];
