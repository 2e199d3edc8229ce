/**
 * Makes one listener for all emitters of a kind; it gets the emitter that calls it. A closure, its context and a
 * wrapper of `once` per connection would take about 250 bytes, and a connection has a dozen listeners.
 */
export const sharedListener = <E, A extends readonly unknown[] = []>(
  listen: (emitter: E, ...parameters: A) => void,
): ((this: E, ...parameters: A) => void) =>
  function (...parameters) {
    listen(this, ...parameters);
  };
