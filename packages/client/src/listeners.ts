/** The listeners of an application, by event. */
export type Listener<P> = (payload: P) => void;

export class Listeners<Events> {
  readonly #byEvent: { [E in keyof Events]?: Set<Listener<Events[E]>> } = {};

  /** @returns removes the listener. */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    const listeners: Set<Listener<Events[E]>> = this.#byEvent[event] ?? new Set();
    this.#byEvent[event] = listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** An error of a listener surfaces as an uncaught error of the application; order and other listeners are not affected. */
  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    for (const listener of [...(this.#byEvent[event] ?? [])]) {
      try {
        listener(payload);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
