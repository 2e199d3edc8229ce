/** The order of the steps of a send: the configured ones, and those that they need in between. */

const builtInSteps = ['auth', 'rate_limit', 'moderation'] as const;
type BuiltIn = (typeof builtInSteps)[number];
export const defaultMiddlewares: readonly string[] = builtInSteps;

/** The adapters and custom steps that exist. */
export interface Askable {
  readonly auth: boolean;
  readonly moderation: boolean;
  /** Names of custom middlewares. */
  readonly custom: readonly string[];
}

export type StepName =
  | { readonly type: 'admit' | 'rate_limit' | 'auth' | 'moderation' }
  | { readonly type: 'custom'; readonly name: string }
  | { readonly type: 'append'; readonly isRateLimited: boolean };

/** @returns one sentence for everything that is wrong with a configured order, and with the names of middlewares. */
export function orderProblems(order: readonly string[], custom: readonly string[]): string[] {
  const known = [...builtInSteps, ...custom];
  const twice = order.filter((name, at) => order.indexOf(name) !== at);
  const taken = custom.filter((name) => isBuiltIn(name));
  const unused = custom.filter((name) => !isBuiltIn(name) && !order.includes(name));
  return [
    ...order
      .filter((name) => !known.includes(name))
      .map((name) => `middleware "${name}" is unknown: there are ${known.join(', ')}`),
    ...twice.map((name) => `middleware "${name}" is in the order more than once`),
    ...taken.map((name) => `middleware "${name}" has the name of a built-in step`),
    ...unused.map((name) => `middleware "${name}" is not in the order of middlewares`),
  ];
}

const isBuiltIn = (name: string): name is BuiltIn => builtInSteps.some((builtIn) => builtIn === name);

/**
 * The steps of a send. Without adapters it is one script. Otherwise the message is admitted before the first that is
 * asked, and its token is taken at the place of `rate_limit`: by `append` if no adapter comes after it.
 */
export function stepsOf(order: readonly string[], askable: Askable): readonly StepName[] {
  const isAsked = (name: string) =>
    isBuiltIn(name) ? name !== 'rate_limit' && askable[name] : askable.custom.includes(name);
  const steps: StepName[] = [];
  let isCharged = !order.includes('rate_limit');
  for (const [at, name] of order.entries()) {
    if (name === 'rate_limit' && order.slice(at).some(isAsked)) {
      steps.push({ type: 'rate_limit' });
      isCharged = true;
    }
    if (!isAsked(name)) continue;
    if (steps.length === 0) steps.push({ type: 'admit' });
    steps.push(isBuiltIn(name) ? { type: name } : { type: 'custom', name });
  }
  return [...steps, { type: 'append', isRateLimited: !isCharged }];
}
