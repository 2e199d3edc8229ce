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
  include_members: ['', '1', 'yes', 'TRUE'],
  cursor: ['', '%2F', '%00', '..', 'r'.repeat(513)],
  prefix: ['x'.repeat(129)],
  user_id: ['', '%2F', '%24service', 'x'.repeat(129)],
  action: ['', 'fly', 'constructor', 'SEND'],
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

  describe.each(routes)('$name', ({ route }) => {
    for (const field of bodyFields(route)) {
      test(`refuses every bad ${field.name} in its body`, async () => {
        const cases = casesOf(field, goodFields(route));
        expect(await mistakes(field.name, cases, (fields) => ask(route, fields))).toEqual([]);
      });
    }

    for (const name of Object.keys(route.query.shape)) {
      test(`refuses every bad ${name} in its query`, async () => {
        const { path } = httpCall(route, { ...goodFields(route), [name]: 'BAD' });
        const texts = [...(badQueries[name] ?? []), `1&${name}=1`];
        const cases = texts.map((value) => ({ what: value, value, args: { value } }));
        const pathWith = (value: unknown) => path.replace('=BAD', `=${String(value)}`);
        const wrong = await mistakes(name, cases, ({ value }) => askRaw(route, pathWith(value)));
        expect(wrong).toEqual([]);
      });
    }

    for (const name of Object.keys(route.params.shape)) {
      test(`refuses every bad ${name} in its path`, async () => {
        const cases = badPathIds.map((value) => ({ what: value, value, args: { value } }));
        const pathWith = (value: unknown) => {
          const { path } = httpCall(route, { ...goodFields(route), [name]: 'BAD' });
          return path.replace('BAD', String(value));
        };
        const wrong = await mistakes(name, cases, ({ value }) => askRaw(route, pathWith(value)));
        expect(wrong).toEqual([]);
      });
    }

    // The body of a GET means nothing in HTTP and is not read.
    if (route.method !== 'GET') {
      test('refuses fields that it does not know in its body', async () => {
        const cases = unknownFieldCases(goodFields(route));
        const due = route.body === null ? cases.map((one) => ({ ...one, at: 'body' })) : cases;
        expect(await mistakes('', due, (fields) => ask(route, fields))).toEqual([]);
      });
    }

    test('refuses fields that it does not know in its query', async () => {
      const { path } = httpCall(route, goodFields(route));
      const more = path.includes('?') ? `${path}&` : `${path}?`;
      const names = ['x', 'group_id', '__proto__', 'constructor'];
      const cases = names.map((name) => ({ what: name, value: 1, at: name, args: { name } }));
      const wrong = await mistakes('', cases, ({ name }) => askRaw(route, `${more}${name}=1`));
      expect(wrong).toEqual([]);
    });
  });
});
