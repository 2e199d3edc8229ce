import { expect, test } from 'vitest';
import { clusterRoutes } from '../cluster-routes.ts';
import { errorCodes } from '../errors.ts';
import { isGroupId } from '../ids.ts';
import { nodeRoutes } from '../node-routes.ts';
import { requestRoutes } from '../rest.ts';
import { openApiDocument } from './document.ts';

const document = openApiDocument({ title: 'Plenum', version: '1.2.3', messageMaxBytes: 100 });

function valuesUnder(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, child]) => (name === key ? [child] : valuesUnder(child, key)));
}

function resolve(pointer: string): unknown {
  let node: unknown = document;
  for (const name of pointer.slice(2).split('/')) {
    node = typeof node === 'object' && node !== null ? Reflect.get(node, name) : undefined;
  }
  return node;
}

test('every reference in the document resolves', () => {
  const refs = valuesUnder(document, '$ref').map(String);
  expect(refs.length).toBeGreaterThan(20);
  expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([]);
});

test('every route of the tables is in the document, and no other', () => {
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = [...requestRoutes(), ...clusterRoutes, ...nodeRoutes].map(
    ({ method, path }) => `${method} ${path.replaceAll(/(?<!:):(\w+)/g, '{$1}').replaceAll('::', ':')}`,
  );
  expect(documented.sort()).toEqual(routes.sort());
});

test('operation ids are unique', () => {
  const ids = valuesUnder(document.paths, 'operationId');
  expect(new Set(ids).size).toBe(ids.length);
});

test('every parameter of a path is declared, and nothing else claims to be in it', () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(operations)) {
      const declared = Array.isArray(parameters) ? parameters.filter((p) => p.in === 'path') : [];
      expect(declared.map((p) => p.name)).toEqual(inPath);
    }
  }
});

test('the failure names every code of the error table, and takes a later one', () => {
  expect(Object.keys(Object(resolve('#/components/schemas/Failure/x-error-codes')))).toEqual(errorCodes);
  const code = Object(resolve('#/components/schemas/ErrorCode'));
  expect(code).toMatchObject({ type: 'string', 'x-extensible-enum': errorCodes });
  expect(code).not.toHaveProperty('enum');
});

test('the document survives JSON', () => {
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

test('a body that must name a user is required, one that may is not', () => {
  expect(resolve('#/paths')).toHaveProperty(['/v1/groups', 'post', 'requestBody', 'required'], true);
  const kick = ['/v1/groups/{group_id}/members/{user_id}/kick', 'post', 'requestBody', 'required'];
  expect(resolve('#/paths')).toHaveProperty(kick, false);
});

test('what a request cannot do without is required in its query, and nothing else is', () => {
  const required = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.values(operations).flatMap(({ parameters }) =>
      (Array.isArray(parameters) ? parameters : [])
        .filter((p) => p.in === 'query' && p.required)
        .map(({ name }) => `${path} ${name}`),
    ),
  );
  expect(required.sort()).toEqual([
    '/v1/groups/{group_id}/explain action',
    '/v1/groups/{group_id}/search query',
  ]);
});

test('a pattern uses no lookaround and no backreference, which the engines of Go and Rust refuse', () => {
  const patterns = valuesUnder(document, 'pattern').map(String);
  expect(patterns.length).toBeGreaterThan(4);
  expect(patterns.filter((pattern) => /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</.test(pattern))).toEqual([]);
});

test('an id is described as the server takes it', () => {
  const { pattern } = Object(resolve('#/components/schemas/GroupId'));
  const isId = (text: string) => new RegExp(pattern, 'u').test(text);
  const good = ['a', '.a', '..a', 'a.', 'a..', '...', '....', '.a.', 'A:b@c|d+e~f=g-h_i'];
  expect(good.filter((text) => !isId(text))).toEqual([]);
  const bad = ['', '.', '..', ' ', 'a b', './', 'a/b', 'é', '.\n', '$service'];
  expect(bad.filter(isId)).toEqual([]);
  expect(good.filter((text) => !isGroupId(text))).toEqual([]);
  expect(bad.filter(isGroupId)).toEqual([]);
});

test('the document names a server', () => {
  expect(document.servers).toEqual([expect.objectContaining({ url: '/' })]);
});

test('what several operations speak of has a schema of its own', () => {
  const names = Object.keys(Object(resolve('#/components/schemas')));
  const nouns = ['GroupId', 'UserId', 'GroupType', 'Role', 'MemberStatus', 'Seq', 'Epoch', 'Timestamp'];
  const shapes = [
    'HistoryEntry',
    'MessageEntry',
    'GroupEvent',
    'GroupInfo',
    'MemberRow',
    'DeadLetter',
    'Node',
  ];
  expect(names).toEqual(expect.arrayContaining([...nouns, ...shapes, 'ErrorCode', 'Failure', 'Metadata']));
  expect(names.filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([]);
  const inPlace = valuesUnder(document.paths, 'properties');
  expect(inPlace).toEqual([]);
});

test('an enumeration of several words is defined once', () => {
  const lists = valuesUnder(document, 'enum').map((words) => JSON.stringify(words));
  expect(lists.filter((list, at) => lists.indexOf(list) !== at)).toEqual([]);
});

/** Schemas that are no requests and that only a request has. */
const partsOfRequests = ['Retention', 'ImportedMessage'];

test('an object of an answer is open, one of a request is closed', () => {
  const schemas: Readonly<Record<string, object>> = Object(resolve('#/components/schemas'));
  const closed = Object.keys(schemas).filter((name) =>
    valuesUnder(schemas[name], 'additionalProperties').includes(false),
  );
  expect(closed.sort()).toEqual(
    Object.keys(schemas)
      .filter((name) => name.endsWith('Request') || partsOfRequests.includes(name))
      .sort(),
  );
});

test('the document refuses what the server refuses: empty messages, empty changes, odd keys', () => {
  const message = resolve('#/components/schemas/SendMessageRequest/properties/message');
  expect(message).toMatchObject({ type: 'string', minLength: 1, maxLength: 100 });
  expect(resolve('#/components/schemas/UpdateGroupRequest')).toHaveProperty('minProperties', 1);
  expect(document.paths['/v1/groups/{group_id}']?.['patch']).toHaveProperty('requestBody.required', true);
  expect(resolve('#/components/schemas/RequestId')).toMatchObject({
    minLength: 1,
    maxLength: 128,
    pattern: '^[\\x20-\\x7e]+$',
  });
});

// A repeated trace would have no path to show, a repeated drain drains, and a canary ends by itself.
test('every change over REST takes an Idempotency-Key, but drains, traces, canaries', () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, { parameters }] of Object.entries(operations)) {
      const keys = valuesUnder(parameters, 'name').filter((name) => name === 'Idempotency-Key');
      const isChange =
        method !== 'get' &&
        path.startsWith('/v1/') &&
        !/drain$|trace$|^\/v1\/(dev|console|canaries)/.test(path);
      expect([path, method, keys.length]).toEqual([path, method, isChange ? 1 : 0]);
    }
  }
});

test('an operation is named by a verb and a noun, which no generator renames', () => {
  const ids = valuesUnder(document.paths, 'operationId').map(String);
  expect(ids.filter((id) => !/^[a-z]+(?:_[a-z]+)+$/.test(id))).toEqual([]);
});

test('every operation has a summary, a section, a security, a success and its failures', () => {
  const sections = document.tags.map(({ name }) => name);
  for (const operation of Object.values(document.paths).flatMap((operations) => Object.values(operations))) {
    expect(operation).toMatchObject({
      summary: expect.stringMatching(/^[A-Z]/),
      tags: [expect.toBeOneOf(sections)],
      security: expect.any(Array),
      responses: { 400: { $ref: '#/components/responses/BadRequest' } },
    });
  }
});

test('an operation names the scope that an admin token needs, and whether a user may call it', () => {
  const securityOf = (path: string, method: string) => document.paths[path]?.[method]?.['security'];
  const user = { userToken: [] };
  expect(securityOf('/v1/groups/{group_id}/messages', 'get')).toEqual([{ adminToken: ['read'] }, user]);
  expect(securityOf('/v1/groups/{group_id}/messages', 'post')).toEqual([{ adminToken: ['groups'] }, user]);
  expect(securityOf('/v1/users/{user_id}/revoke', 'post')).toEqual([{ adminToken: ['ops'] }]);
  expect(securityOf('/v1/groups', 'get')).toEqual([{ adminToken: ['read'] }]);
  expect(securityOf('/healthz', 'get')).toEqual([]);
});

test('an integer that 32 bits do not hold says so', () => {
  const schemas = resolve('#/components/schemas');
  expect(resolve('#/components/schemas/Seq')).toHaveProperty('format', 'int64');
  expect(valuesUnder(schemas, 'for_ms')).toContainEqual(expect.objectContaining({ format: 'int64' }));
});

test('no text of the document speaks of a user as a person', () => {
  const texts = [...valuesUnder(document, 'summary'), ...valuesUnder(document, 'description')].map(String);
  expect(texts.filter((text) => /\b(?:he|him|his|she|her|somebody|nobody|everybody)\b/i.test(text))).toEqual(
    [],
  );
});
