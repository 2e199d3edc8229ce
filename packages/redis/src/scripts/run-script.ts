/** Runs a script on whichever server has its keys. */
import type { Cluster, Redis } from 'ioredis';
import type { Reply, Script } from './define-script.ts';
import { bulk, type ScriptArguments, ScriptCommand } from './script-command.ts';

export type ScriptClient = Redis | Cluster;

export interface ScriptValues<K extends string, A extends string> {
  readonly keys: Readonly<Record<K, string>>;
  readonly args: Readonly<Record<A, string | number>>;
}

/** Runs the script once. Rejects with what the client library rejects with, or when the reply is not one of the script's. */
export function runScript<K extends string, A extends string, R extends Reply>(
  client: ScriptClient,
  script: Script<K, A, R>,
  values: ScriptValues<K, A>,
): Promise<R> {
  return runEncoded(client, script, encode(script, values));
}

/** `runScript` with the keys and arguments already written as Redis reads them. */
export function runEncoded<R extends Reply>(
  client: ScriptClient,
  script: Pick<Script<string, string, R>, 'text' | 'isBinary' | 'parse'>,
  given: ScriptArguments,
): Promise<R> {
  const command = new ScriptCommand(script, given);
  client.sendCommand(command);
  const parse = (reply: unknown) => script.parse(reply);
  return command.promise.then(parse, (error: unknown) => {
    if (!isUnknownScript(error)) throw error;
    command.forgetScript();
    const again = new ScriptCommand(script, given);
    client.sendCommand(again);
    return again.promise.then(parse);
  });
}

const isUnknownScript = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOSCRIPT');

function encode<K extends string, A extends string>(
  script: Pick<Script<K, A, Reply>, 'keys' | 'args'>,
  values: ScriptValues<K, A>,
): ScriptArguments {
  const [first] = script.keys;
  return {
    firstKey: first === undefined ? '' : values.keys[first],
    count: script.keys.length + script.args.length,
    text: () =>
      bulk(String(script.keys.length)) +
      written(script.keys, values.keys) +
      written(script.args, values.args),
  };
}

/** The values in the order of their names. */
export function written<N extends string>(
  names: readonly N[],
  values: Readonly<Record<N, string | number>>,
): string {
  let text = '';
  for (const name of names) text += bulk(String(values[name]));
  return text;
}
