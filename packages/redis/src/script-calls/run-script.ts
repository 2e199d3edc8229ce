/** Runs a script on the server of its keys. */
import type { RedisClient } from '../connections/client.ts';
import type { Reply, Script } from './define-script.ts';
import { bulk, type ScriptArguments, ScriptCommand } from './script-command.ts';

/** Retries of a command whose script the server did not know, so that nothing was done. */
const retriesMax = 2;

export interface ScriptValues<K extends string, A extends string> {
  readonly keys: Readonly<Record<K, string>>;
  readonly args: Readonly<Record<A, string | number>>;
}

/** Runs the script once. Rejects with the error of the client library, or if the script has no such reply. */
export function runScript<K extends string, A extends string, R extends Reply>(
  client: RedisClient,
  script: Script<K, A, R>,
  values: ScriptValues<K, A>,
): Promise<R> {
  return runEncoded(client, script, encode(script, values));
}

/** Runs a script whose keys and arguments are already encoded. */
export function runEncoded<R extends Reply>(
  client: Pick<RedisClient, 'sendCommand'>,
  script: Pick<Script<string, string, R>, 'text' | 'isBinary' | 'parse'>,
  given: ScriptArguments,
  retriesLeft = retriesMax,
): Promise<R> {
  // The last attempt sends the text of the script itself. An earlier one may rely on the text that another command
  // sent, and the server may have lost that again.
  const command = new ScriptCommand(script, given, retriesLeft === 0);
  client.sendCommand(command);
  return command.promise.then(
    (reply) => script.parse(reply),
    (error: unknown) => {
      if (retriesLeft === 0 || !isUnknownScript(error)) throw error;
      command.forgetScript();
      return runEncoded(client, script, given, retriesLeft - 1);
    },
  );
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

/** Encodes the values in the order of their names. */
export function written<N extends string>(
  names: readonly N[],
  values: Readonly<Record<N, string | number>>,
): string {
  let text = '';
  for (const name of names) text += bulk(String(values[name]));
  return text;
}

/** Escapes a request id, which a script inserts between the quotes of a JSON string. */
export const escapeForJson = (text: string): string => JSON.stringify(text).slice(1, -1);
