import { isTraced, trace } from '@plenum/core';
import type { Defer } from './defer.ts';

/** A step that changes something, shown to tracers by its name. */
export function tracedStep<T extends { readonly type: string }>(
  name: string,
  defer: Defer,
  step: () => T,
): Promise<T> {
  if (!isTraced('script')) return defer(step);
  return trace(
    'script',
    { name, system: 'memory' },
    () => defer(step),
    ({ type }) => type,
  );
}
