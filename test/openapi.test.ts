/** The OpenAPI document as tools that know only the standard see it. */
import { openApiDocument } from '@plenum/protocol';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';

const document = openApiDocument({ title: 'Plenum', version: '1.2.3' });

test('a linter with its recommended rules finds no error and no warning', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  const found = problems.map(({ ruleId, severity, message, location }) => ({
    ruleId,
    severity,
    message,
    at: location[0]?.pointer,
  }));
  expect(found).toEqual([]);
});

const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema(document, 'openapi');

const pointer = (...names: readonly string[]) =>
  names.map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Every value under `example` or in `examples`, with the pointer to the schema that it has to fit. */
function examplesBelow(node: unknown, path: readonly string[] = []): { at: string; value: unknown }[] {
  if (!isJson(node)) return [];
  const own: { at: string; value: unknown }[] = [];
  if ('example' in node) own.push({ at: pointer(...path, 'schema'), value: node['example'] });
  if (Array.isArray(node['examples']))
    own.push(...node['examples'].map((value: unknown) => ({ at: pointer(...path), value })));
  const isExample = (name: string) => name === 'example' || name === 'examples';
  return [
    ...own,
    ...Object.entries(node).flatMap(([name, child]) =>
      isExample(name) ? [] : examplesBelow(child, [...path, name]),
    ),
  ];
}

test('every example of the document fits its schema', () => {
  const examples = examplesBelow(document);
  expect(examples.length).toBeGreaterThan(100);
  const wrong = examples.filter(({ at, value }) => !ajv.validate(`openapi#/${at}`, value));
  expect(wrong).toEqual([]);
});

test('every request body, every JSON answer and every required parameter has an example', () => {
  const missing = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const parts = examplesBelow(operation).map(({ at }) => at);
      const needed = partsOf(operation);
      return needed.filter((at) => !parts.includes(at)).map((at) => `${method} ${path} ${at}`);
    }),
  );
  expect(missing).toEqual([
    'get /openapi.json responses/200/content/application~1json/schema',
    'get /asyncapi.json responses/200/content/application~1json/schema',
  ]);
});

function partsOf({ parameters, requestBody, responses }: Json): readonly string[] {
  const required = (Array.isArray(parameters) ? parameters : []).flatMap(({ required }, at) =>
    required === true ? [pointer('parameters', String(at), 'schema')] : [],
  );
  const json = (...path: readonly string[]) => pointer(...path, 'content', 'application/json', 'schema');
  const success = Object.entries(isJson(responses) ? responses : {}).flatMap(([status, response]) =>
    isJson(response) && isJson(response['content']) && 'application/json' in response['content']
      ? [json('responses', status)]
      : [],
  );
  return [...required, ...(requestBody === undefined ? [] : [json('requestBody')]), ...success];
}
