/**
 * The code that a team adds to a node: adapters, middlewares and request types. Its shape is checked, because a configuration
 * file may contain anything.
 */
import type { Adapters, SendMiddleware } from '@plenum/core';
import type { AdminToken, CustomRequest } from '@plenum/gateway';

import { didYouMean } from './names.ts';

export interface Extensions {
  readonly adapters: Adapters;
  /** The middlewares by the names that PLENUM_MIDDLEWARES uses. */
  readonly middleware: Readonly<Record<string, SendMiddleware>>;
  /** Made by `defineRequest`. */
  readonly requests: readonly CustomRequest[];
  /** Digests of admin tokens, as `plenum admin-token` prints them. */
  readonly adminTokens: readonly AdminToken[];
}
export const noExtensions: Extensions = { adapters: {}, middleware: {}, requests: [], adminTokens: [] };

type Kind = keyof Adapters;
const methods: Readonly<Record<Kind, string>> = {
  archive: 'save',
  notifier: 'notify',
  moderation: 'check',
  auth: 'authorize',
};
const isKind = (name: string): name is Kind => Object.hasOwn(methods, name);

/** @param byVariable for each kind of adapter, the variable that also sets it */
export function extensionProblems(
  adapters: Adapters,
  byVariable: Readonly<Partial<Record<Kind, string | undefined>>> = {},
): string[] {
  const given = Object.keys(adapters).filter(isKind);
  return given
    .filter((kind) => byVariable[kind] !== undefined)
    .map((kind) => `adapters.${kind} is given as code and by PLENUM_${kind.toUpperCase()}_*: keep one`);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const has = (value: unknown, method: string): boolean =>
  isObject(value) && typeof Reflect.get(value, method) === 'function';

/** @returns a sentence about the first value that is not an adapter; null if all are */
export function adaptersProblem(value: unknown): string | null {
  if (!isObject(value)) return 'adapters must be an object with archive, notifier, moderation or auth';
  for (const [name, adapter] of Object.entries(value)) {
    if (!isKind(name)) {
      const near = didYouMean(name, Object.keys(methods));
      return `adapters.${name} is unknown${near === '' ? `: there are ${Object.keys(methods).join(', ')}` : near}`;
    }
    if (!has(adapter, methods[name])) return `adapters.${name} must have a method ${methods[name]}`;
    // An adapter may have any other property. But a name that is close to `onFailure` is a typing error.
    const slip = keysOf(adapter).find((key) => key !== 'onFailure' && didYouMean(key, ['onFailure']) !== '');
    if (slip !== undefined) return `adapters.${name}.${slip} is unknown: did you mean onFailure?`;
    const onFailure: unknown = Reflect.get(adapter, 'onFailure');
    if (![undefined, 'closed', 'open'].some((known) => known === onFailure)) {
      return `adapters.${name}.onFailure must be closed or open`;
    }
  }
  return null;
}

const keysOf = (value: unknown): readonly string[] => (isObject(value) ? Object.keys(value) : []);

export function middlewareProblem(value: unknown): string | null {
  const isRecord = isObject(value) && Object.values(value).every((one) => typeof one === 'function');
  return isRecord ? null : 'middleware must be an object of functions, by their names';
}

export function requestsProblem(value: unknown): string | null {
  const isList = Array.isArray(value) && value.every((one) => has(one, 'handlerWith'));
  return isList ? null : 'requests must be a list of what defineRequest returns';
}
