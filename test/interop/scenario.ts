/** The form of `scenarios/*.json`: what a service and its network do, and what clients do and have to see. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const fields = z.record(z.string(), z.unknown());
const group = z.string();
const who = z.string();

/** What the service does by itself or through other users. */
const ofService = z.discriminatedUnion('service', [
  z.strictObject({ service: z.literal('create'), with: fields }),
  z.strictObject({ service: z.literal('join'), with: fields }),
  z.strictObject({ service: z.literal('kick'), with: fields }),
  z.strictObject({ service: z.literal('delete'), with: fields }),
  z.strictObject({ service: z.literal('send'), group, as: who, texts: z.array(z.string()) }),
  z.strictObject({ service: z.literal('send many'), group, as: who, text: z.string(), times: z.int() }),
  /** The node that the clients are at moves them away; new connections reach the second node. */
  z.strictObject({ service: z.literal('drain') }),
]);

const ofNetwork = z.discriminatedUnion('network', [
  z.strictObject({ network: z.enum(['cut', 'accept', 'happened']) }),
  /** The next frame of the server with this text. */
  z.strictObject({ network: z.enum(['lose', 'double']), text: z.string() }),
]);

const ofClient = z.discriminatedUnion('does', [
  /** `token`: seconds that it lives, or any text as its token; default an hour. `sees`: what follows, default `subscribed`. */
  z.strictObject({
    client: who,
    does: z.literal('connect'),
    as: who,
    token: z.union([z.int(), z.string()]).optional(),
    sees: fields.optional(),
  }),
  z.strictObject({
    client: who,
    does: z.literal('request'),
    type: z.string(),
    args: fields,
    id: z.string(),
    answer: fields,
  }),
  z.strictObject({
    client: who,
    does: z.literal('rest'),
    method: z.string(),
    path: z.string(),
    body: fields.optional(),
    id: z.string(),
    answer: fields,
  }),
  /** It continues with a token that lives so many seconds. */
  z.strictObject({ client: who, does: z.literal('refresh'), token: z.int() }),
  z.strictObject({ client: who, does: z.literal('end') }),
  /** Another process, with the positions of the one before, which ended. */
  z.strictObject({ client: who, does: z.literal('start again'), as: who }),
  /** All that it showed of a group, as lines `seq who: text` or `seq who type`. `{ from, to, text }`: a line per seq. */
  z.strictObject({
    client: who,
    does: z.literal('shows'),
    group,
    lines: z.array(z.union([z.string(), z.strictObject({ from: z.int(), to: z.int(), text: z.string() })])),
  }),
  z.strictObject({ client: who, does: z.literal('sees'), what: fields, times: z.int().optional() }),
  z.strictObject({ client: who, does: z.literal('does not see'), what: fields }),
  /** `not of`: languages whose client promises no such order, named with the reason in its document. */
  z.strictObject({
    client: who,
    does: z.literal('sees in order'),
    what: z.array(fields),
    notOf: z.array(z.string()).optional(),
  }),
]);

const stepSchema = z.union([ofService, ofNetwork, ofClient]);
const scenarioSchema = z.strictObject({
  title: z.string(),
  nodes: z.literal([1, 2]).default(1),
  /** Options of the service. */
  options: fields.default({}),
  steps: z.array(stepSchema),
});

export type Step = z.infer<typeof stepSchema>;
export type ClientStep = z.infer<typeof ofClient>;
export type Scenario = z.infer<typeof scenarioSchema> & { readonly name: string };

const folder = fileURLToPath(new URL('scenarios', import.meta.url));

export const scenarios: readonly Scenario[] = readdirSync(folder)
  .sort()
  .map((file) => ({
    name: file.replace('.json', ''),
    ...scenarioSchema.parse(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))),
  }));
