/**
 * Every field of every REST route, in path, query and body: missing, of another type, empty, too large, forged. Each gets a
 * typed answer that names the field and the limit, and changes nothing.
 */
import { type RequestRoute, requestRoutes } from '@plenum/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { casesOf, fieldsOf, mistakes, unknownFieldCases } from '../support/rules/bad-cases.ts';
import { BadInputScene } from '../support/rules/bad-input-scene.ts';
import { adminToken } from '../support/wire/http.ts';
import { rawRequest } from '../support/wire/raw-connection.ts';
import { type Args, httpCall } from '../support/wire/rest-call.ts';

const routes = requestRoutes().map((route) => ({ name: `${route.method} ${route.path}`, route }));

const bodyFields = ({ body }: RequestRoute) => fieldsOf(body?.shape ?? {});

/** Texts in a query in the place of a number, a choice or a flag. */
const badQueries: Readonly<Record<string, readonly string[]>> = {
  limit: ['', '0', '201', '1.5', '-1', 'ten', '1e1', '0x10', 'NaN', 'Infinity', '1e400', '99999999999999999'],
  after: ['', '-1', '1.5', '1e400', 'NaN', '9007199254740992', '99999999999999999999', '+1', '%201'],
  before: ['', '-1', '1.5', '1e400', 'NaN', '9007199254740992', '99999999999999999999', '+1', '%201'],
  status: ['', 'banned', 'constructor', 'ACTIVE'],
  order: ['', 'name', 'constructor', 'ID'],
  include_members: ['', '1', 'yes', 'TRUE'],
  cursor: ['', '%2F', '%00', '..', 'r'.repeat(513)],
  prefix: ['x'.repeat(129)],
  query: ['', 'x'.repeat(513), '%00'],
  user_id: ['', '%2F', '%24service', 'x'.repeat(129)],
  reaction: ['', '%00', 'x'.repeat(65)],
  action: ['', 'fly', 'constructor', 'SEND'],
  erase: ['', 'everything', 'constructor', 'MESSAGES'],
};
const badPathIds = [
  '.',
  '..',
  '%2E',
  '%2e%2E',
  'a%2Fb',
  '%00',
  '%20',
  '%24service',
  '%C3%A9',
  'x'.repeat(129),
];
/** Other texts than an id may be the id of no message, or a reaction. */
const badPathTexts: Readonly<Record<string, readonly string[]>> = {
  message_id: ['%00', '%20', '%C3%A9', 'x'.repeat(97)],
  reaction: ['%00', 'x'.repeat(65), '%C3%A9'.repeat(33)],
};
const badInPath = (name: string) => badPathTexts[name] ?? badPathIds;

const badTexts = (name: string) => [...(badQueries[name] ?? []), `1&${name}=1`];
const unknownInQuery = ['x', 'group_id', '__proto__', 'constructor'];
/** Of texts in a path or a query: the case says what is put there. */
const textCases = (texts: readonly string[], at?: string) =>
  texts.map((value) => ({ what: value, value, at: at ?? value, args: { value } }));

/** The body of a GET means nothing in HTTP and is not read. */
const unknownInBody = ({ method, body }: RequestRoute, good: Args) => {
  const cases = method === 'GET' ? [] : unknownFieldCases(good);
  return body === null ? cases.map((one) => ({ ...one, at: 'body' })) : cases;
};

describe.each(engines)('bad REST input on %s', (engine) => {
  let badInput: BadInputScene;
  beforeAll(async () => {
    badInput = await BadInputScene.start(engine);
  });
  afterAll(() => badInput[Symbol.asyncDispose]());
  afterEach(() => badInput.expectUnharmed());

  /** Path and body as the service would send them for the admin of the group. */
  const goodFields = (route: RequestRoute): Args => {
    const owner = badInput.scene.user('owner');
    const named = { actor_id: {}, token: {}, user_id: { user_id: owner } };
    const actor = route.actor in named ? Reflect.get(named, route.actor) : { [route.actor]: owner };
    return { ...badInput.argsFor(route.request), ...actor };
  };
  const ask = async (route: RequestRoute, fields: Args): Promise<object> => {
    const { method, path, body } = httpCall(route, fields);
    const answer = await badInput.service.rest(method, path, { body });
    return { status: answer.status, ...answer.body };
  };
  const askRaw = async (route: RequestRoute, path: string): Promise<object> => {
    const answer = await rawRequest(badInput.service.url, `${route.method} ${path}`, { token: adminToken });
    return { status: answer.status, ...answer.body };
  };

  test.each(routes)('$name refuses every bad field in its body', async ({ route }) => {
    const good = goodFields(route);
    const wrong: object[] = [];
    for (const field of bodyFields(route)) {
      wrong.push(...(await mistakes(field.name, casesOf(field, good), (fields) => ask(route, fields))));
    }
    wrong.push(...(await mistakes('', unknownInBody(route, good), (fields) => ask(route, fields))));
    expect(wrong).toEqual([]);
  });

  test.each(routes)('$name refuses every bad text in its path and query', async ({ route }) => {
    const good = goodFields(route);
    const pathOf = (fields: Args) => httpCall(route, { ...good, ...fields }).path;
    const wrong: object[] = [];
    for (const name of Object.keys(route.query.shape)) {
      const pathWith = (value: unknown) => pathOf({ [name]: 'BAD' }).replace('=BAD', `=${String(value)}`);
      const cases = textCases(badTexts(name), name);
      wrong.push(...(await mistakes(name, cases, ({ value }) => askRaw(route, pathWith(value)))));
    }
    for (const name of Object.keys(route.params.shape)) {
      const pathWith = (value: unknown) => pathOf({ [name]: 'BAD' }).replace('BAD', String(value));
      const cases = textCases(badInPath(name), name);
      wrong.push(...(await mistakes(name, cases, ({ value }) => askRaw(route, pathWith(value)))));
    }
    const path = pathOf({});
    const more = path.includes('?') ? `${path}&` : `${path}?`;
    const unknown = textCases(unknownInQuery);
    wrong.push(...(await mistakes('', unknown, ({ value }) => askRaw(route, `${more}${value}=1`))));
    expect(wrong).toEqual([]);
  });
});

/** A value of each other JSON type in a body, at least; a bad text in a query and a second one beside it. */
const fewestFaults = { body: 5, path: 3, query: 2 };

test.each(routes)('$name has several faults for each field', ({ route }) => {
  for (const field of bodyFields(route)) {
    expect(casesOf(field, {}).length, field.name).toBeGreaterThanOrEqual(fewestFaults.body);
  }
  for (const name of Object.keys(route.query.shape)) {
    expect(badTexts(name).length, name).toBeGreaterThanOrEqual(fewestFaults.query);
  }
  for (const name of Object.keys(route.params.shape)) {
    expect(badInPath(name).length, name).toBeGreaterThanOrEqual(fewestFaults.path);
  }
});
