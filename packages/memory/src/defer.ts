/** Runs a step in a later tick and resolves with its result there. */
export type Defer = <T>(step: () => T) => Promise<T>;

/** Runs each step in a later tick, so no answer is given within the call. Steps run in the order of the calls. */
export const defer: Defer = (step) =>
  new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(step());
      } catch (thrown) {
        reject(thrown);
      }
    });
  });
