/** Good arguments with one fault each, and the comparison of what is answered with what should be. */

import type { Args } from '../wire/rest-call.ts';
import { type BadValue, badValues } from './bad-values.ts';

export interface BadCase extends BadValue {
  readonly args: Args;
}

interface Answer {
  readonly code?: unknown;
  readonly error?: unknown;
  readonly details?: { readonly field?: unknown; readonly limit?: unknown };
}

/** The limit of the case has to be named; of a case without one it may be. */
function isAsDue(answer: Answer, bad: BadCase, field: string): boolean {
  const { code, error, details } = answer;
  const lastName = field.split('.').at(-1) ?? '';
  return (
    code === (bad.code ?? 'invalid_args') &&
    details?.field === field &&
    (bad.limit === undefined || details.limit === bad.limit) &&
    String(error).includes(lastName)
  );
}

/** @returns what was answered otherwise than it should be, to be compared with nothing. */
export async function mistakes(
  field: string,
  cases: readonly BadCase[],
  ask: (args: Args) => Promise<object>,
): Promise<object[]> {
  const wrong: object[] = [];
  for (const bad of cases) {
    const answer: Answer = await ask(bad.args);
    if (!isAsDue(answer, bad, bad.at ?? field)) wrong.push({ bad: bad.what, field: bad.at ?? field, answer });
  }
  return wrong;
}

const without = (args: Args, field: string): Args =>
  Object.fromEntries(Object.entries(args).filter(([name]) => name !== field));

export interface Field {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isNullable: boolean;
}

interface Schema {
  safeParse(value: unknown): { readonly success: boolean };
}
export const fieldsOf = (shape: Readonly<Record<string, Schema>>): Field[] =>
  Object.entries(shape).map(([name, schema]) => ({
    name,
    isOptional: schema.safeParse(undefined).success,
    isNullable: schema.safeParse(null).success,
  }));

/** In JSON a number that is none becomes null. */
const isNullInJson = ({ value }: BadValue) => JSON.stringify(value) === 'null';

export function casesOf({ name, isOptional, isNullable }: Field, good: Args): BadCase[] {
  const values = badValues[name];
  if (values === undefined) throw new Error(`no bad values are known for ${name}`);
  const cases = values
    .filter((bad) => !isNullable || !isNullInJson(bad))
    .map((bad) => ({ ...bad, args: { ...good, [name]: bad.value } }));
  if (isOptional) return cases;
  const code = name === 'message' ? 'invalid_content' : 'invalid_args';
  return [...cases, { what: 'missing', value: undefined, code, args: without(good, name) }];
}

const unknownFields = ['x', 'groupId', 'constructor', 'toString', '__proto__'];

export const unknownFieldCases = (good: Args): BadCase[] =>
  unknownFields.map((name) => ({
    what: name,
    value: 1,
    at: name,
    args: Object.fromEntries([...Object.entries(good), [name, 1]]),
  }));
