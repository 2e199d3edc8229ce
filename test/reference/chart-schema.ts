/** The part of the chart's values.schema.json that follows from the settings: which the chart takes, and which are secrets. */
import { readFileSync } from 'node:fs';
import { environmentSchema, secretNames } from '../../apps/server/src/config/environment.ts';

/** What the chart itself sets: the ports, the addresses and the engine of its containers. */
export const setByChart = ['NODE_ENV', 'HOST', 'PORT', 'PLENUM_ADMIN_PORT', 'PLENUM_ENGINE'];

/** @returns the text of the file with that part as the code has it now */
export function chartSchema(path: string): string {
  const schema = JSON.parse(readFileSync(path, 'utf8'));
  const { settings, secret, extraEnv } = schema.properties;
  const names = Object.keys(environmentSchema.shape).filter((name) => !setByChart.includes(name));
  const text = { type: ['string', 'integer'] };
  settings.properties = Object.fromEntries(
    names.filter((name) => !secretNames.includes(name)).map((name) => [name, text]),
  );
  secret.properties.values.properties = Object.fromEntries(
    names
      .filter((name) => secretNames.includes(name))
      .map((name) => [name, { type: 'string', minLength: 1 }]),
  );
  extraEnv.items.if.properties.name.enum = [...secretNames];
  return `${JSON.stringify(schema, null, 2)}\n`;
}
