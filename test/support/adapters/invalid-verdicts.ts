/** Verdicts of untrusted code: the type holds only for code that is compiled against it. */
import type { AdapterCall, Adapters } from '@plenum/core';

type Moderation = NonNullable<Adapters['moderation']>;

const untyped = (check: (message: unknown, call: AdapterCall) => unknown): Moderation => {
  const adapter: object = { check };
  return { check: Reflect.get(adapter, 'check').bind(adapter) };
};

/** By what they do, each with what the sender of a message is answered. */
export const invalidVerdicts: Readonly<Record<string, () => Moderation>> = {
  'throws at once': () =>
    untyped(() => {
      throw new Error('broken');
    }),
  rejects: () => untyped(() => Promise.reject(new Error('broken'))),
  'rejects with nothing': () => untyped(() => Promise.reject()),
  hangs: () => untyped(() => new Promise(() => {})),
  'answers nothing': () => untyped(() => undefined),
  'answers true': () => untyped(async () => true),
  'answers a truthy verdict': () => untyped(async () => ({ isAllowed: 'yes' })),
  'answers a reason that is no text': () => untyped(async () => ({ isAllowed: false, reason: {} })),
  'answers a trap': () =>
    untyped(async () => ({
      get isAllowed() {
        throw new Error('a trap');
      },
    })),
};
