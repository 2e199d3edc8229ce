/**
 * The state that hooks read from outside of React. It is watched while at least one component uses it, and given up a microtask
 * after the last one: the double effects of StrictMode, and a component that takes the place of another one, change nothing.
 */
import type { Clock } from '@plenum/client';

/** Pause between two states that other users cause, ms. What the user itself does is shown at once. */
export const pauseMs = 50;

/** `now`: the user did it. `soon`: within 50 ms, together with what else comes until then. */
export type Changed = (when: 'now' | 'soon') => void;

/** Listens to the client for one state. */
export interface Watch<S> {
  /** @returns the state. Its fields are the same objects until they change */
  read(): S;
  /** Removes all listeners and timers. Afterwards `changed` has no effect. */
  close(): void;
  /** True: the state is kept without components, because it has what would be lost. */
  readonly isNeeded?: boolean;
}

export interface ObservedDeps<S, W extends Watch<S>> {
  /** The state of before the first watch, and the one of a server. */
  readonly initial: S;
  readonly clock: Clock;
  /** Null: there is nothing to watch. */
  readonly open: ((changed: Changed) => W) | null;
  /** Called when a watch has begun. @returns what is called when it has ended */
  readonly attach?: (() => () => void) | undefined;
}

export class Observed<S extends object, W extends Watch<S>> {
  readonly #deps: ObservedDeps<S, W>;
  readonly #listeners = new Set<() => void>();
  #state: S;
  #watch: W | null = null;
  /** Counts the watches: an earlier one changes nothing. */
  #opened = 0;
  #detach: (() => void) | null = null;
  #changedAtMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;

  constructor(deps: ObservedDeps<S, W>) {
    this.#deps = deps;
    this.#state = deps.initial;
  }

  /** Null while no component uses it. */
  get watch(): W | null {
    return this.#watch;
  }

  readonly getInitial = (): S => this.#deps.initial;
  readonly getState = (): S => this.#state;

  /** @returns a function that removes the listener */
  readonly subscribe = (listener: () => void): (() => void) => {
    // React may give the same function twice.
    const own = () => listener();
    this.#listeners.add(own);
    this.#open();
    return () => {
      this.#listeners.delete(own);
      queueMicrotask(() => this.#closeIfUnused());
    };
  };

  /** Ends the watch, whatever uses it. The next component that uses it begins another one. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#watch?.close();
    this.#watch = null;
    this.#opened += 1;
    this.#detach?.();
    this.#detach = null;
    this.#changedAtMs = Number.NEGATIVE_INFINITY;
    this.#state = this.#deps.initial;
  }

  #open(): void {
    const { open, attach } = this.#deps;
    if (this.#watch !== null || open === null) return;
    this.#opened += 1;
    const own = this.#opened;
    this.#watch = open((when) => {
      if (own === this.#opened) this.#changed(when);
    });
    this.#detach = attach?.() ?? null;
    this.#changed('now');
  }

  #closeIfUnused(): void {
    if (this.#listeners.size === 0 && this.#watch?.isNeeded !== true) this.close();
  }

  #changed(when: 'now' | 'soon'): void {
    const { clock } = this.#deps;
    const restMs = this.#changedAtMs + pauseMs - clock.monotonicMs();
    if (when === 'now' || restMs <= 0) this.#show();
    else this.#cancelTimer ??= clock.after(restMs, () => this.#show());
  }

  #show(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    // A watch may report a change while it begins.
    if (this.#watch === null) return;
    this.#changedAtMs = this.#deps.clock.monotonicMs();
    const state = this.#watch.read();
    if (!isEqual(state, this.#state)) {
      this.#state = state;
      for (const listener of [...this.#listeners]) listener();
    }
    this.#closeIfUnused();
  }
}

/** By the fields of the two. */
function isEqual(a: object, b: object): boolean {
  const [first, second] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return (
    first.length === second.size &&
    first.every(([name, value]) => second.has(name) && Object.is(second.get(name), value))
  );
}
