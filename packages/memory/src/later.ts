/** Takes a step in a turn of its own and answers there. */
export type InTurn = <T>(step: () => T) => Promise<T>;

/** Runs a step in a later turn: no answer is ever given within the call. Steps run in the order in which they were asked for. */
export const later: InTurn = (step) =>
  new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(step());
      } catch (thrown) {
        reject(thrown);
      }
    });
  });
