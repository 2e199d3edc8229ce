import { expect, test } from 'vitest';
import { clusterRoutes } from './cluster-routes.ts';
import { errorCodes } from './errors.ts';
import { nodeRoutes } from './node-routes.ts';
import { openApiDocument } from './openapi.ts';
import { requestRoutes } from './rest.ts';

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
    ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
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

test('the failure names every code of the error table', () => {
  expect(resolve('#/components/schemas/Failure/properties/code/enum')).toEqual(errorCodes);
  expect(Object.keys(Object(resolve('#/components/schemas/Failure/x-error-codes')))).toEqual(errorCodes);
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
  expect(required).toEqual(['/v1/groups/{group_id}/explain action']);
});
