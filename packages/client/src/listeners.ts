/** Who wants to hear what, by event. */
export type Listener<P> = (payload: P) => void;

export class Listeners<Events> {
  readonly #byEvent: { [E in keyof Events]?: Set<Listener<Events[E]>> } = {};

  /** @returns takes the listener off again. */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    const listeners: Set<Listener<Events[E]>> = this.#byEvent[event] ?? new Set();
    this.#byEvent[event] = listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** What a listener throws surfaces as an uncaught error of the application and disturbs neither order nor other listeners. */
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
