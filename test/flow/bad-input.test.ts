/**
 * Every field of every request, at the socket door: missing, of another type, empty, too large, forged. Each gets a typed
 * answer that names the field and the limit, and changes nothing.
 */
import { requestTable } from '@plenum/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { casesOf, fieldsOf, mistakes, unknownFieldCases } from '../support/rules/bad-cases.ts';
import { BadInputScene } from '../support/rules/bad-input-scene.ts';
import type { Args } from '../support/wire/rest-call.ts';

const requests = Object.entries(requestTable()).map(([type, { args }]) => ({
  type,
  fields: fieldsOf(args.shape),
}));

/** A user may not ask for these, well formed or not. */
const ofService = [
  'change_members',
  'find_groups',
  'import_messages',
  'list_dead_letters',
  'retry_dead_letter',
  'delete_dead_letter',
];

/** Each fault of each field, by the field that the answer has to name, and fields that the request does not know. */
const casesBy = ({ type, fields }: (typeof requests)[number], good: Args) => [
  ...fields.map(({ name, ...field }) => {
    const all = casesOf({ name, ...field }, good);
    return { name, cases: all.filter(({ isWellFormed }) => !isWellFormed || !ofService.includes(type)) };
  }),
  { name: '', cases: unknownFieldCases(good) },
];

describe.each(engines)('bad input on %s', (engine) => {
  let badInput: BadInputScene;
  beforeAll(async () => {
    badInput = await BadInputScene.start(engine);
  });
  afterAll(() => badInput[Symbol.asyncDispose]());
  afterEach(() => badInput.expectUnharmed());

  test.each(requests)('$type refuses every bad field', async (request) => {
    const { type } = request;
    const wrong: object[] = [];
    for (const { name, cases } of casesBy(request, badInput.argsFor(type))) {
      wrong.push(...(await mistakes(name, cases, (args) => badInput.device.request(type, args))));
    }
    expect(wrong).toEqual([]);
  });
});

/** A value of each other JSON type, at least. */
const fewestFaults = 5;

test.each(requests)('$type has several faults for each field', (request) => {
  for (const { name, cases } of casesBy(request, {})) {
    expect(cases.length, name).toBeGreaterThanOrEqual(fewestFaults);
  }
});
