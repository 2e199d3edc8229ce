/**
 * Scripts that serve many partitions, or many groups, in one command. In a Cluster one command may declare keys of one slot only: the
 * keys of the other partitions are arguments, and the script uses those that its server has.
 */
import { type Finding, type LastMessage, PlenumError } from '@plenum/core';
import { z } from 'zod';
import { loadLua, type Reply, reply, type Script, shape } from './define-script.ts';
import { bulk, type ScriptArguments, ScriptText } from './script-command.ts';

/** Bounds how long one command blocks the server and the event loop. Measured: 0.1 ms in each. */
const partitionsPerCommand = 32;

export type PartitionScript<R extends Reply> = Pick<
  Script<string, string, R>,
  'file' | 'text' | 'isBinary' | 'parse'
>;

export interface PartitionValues {
  readonly args: readonly (string | number)[];
  /**
   * For each partition its keys, in the order of the script, as many for each; at least one partition. A caller that
   * passes the same lists again saves their encoding.
   */
  readonly keys: readonly (readonly string[])[];
}

function definePartitionScript<R extends Reply>(file: string, form: z.ZodType<R>): PartitionScript<R> {
  const text = new ScriptText(loadLua(file));
  return { file, text, isBinary: false, parse: (raw) => form.parse(shape(raw)) };
}

/** The keys of partitions never change, so they are encoded once. */
const encodedKeys = new WeakMap<readonly string[], string>();

function encodeKeys(keys: readonly string[]): string {
  const known = encodedKeys.get(keys);
  if (known !== undefined) return known;
  const text = keys.map(bulk).join('');
  encodedKeys.set(keys, text);
  return text;
}

export function encodePartitions({ args, keys }: PartitionValues, isCluster: boolean): ScriptArguments {
  const [first = []] = keys;
  const declared = isCluster ? 1 : keys.length;
  const keyCount = keys.length * first.length;
  const text =
    bulk(String(declared * first.length)) +
    keys.slice(0, declared).map(encodeKeys).join('') +
    args.map((arg) => bulk(String(arg))).join('') +
    keys.slice(declared).map(encodeKeys).join('');
  return { firstKey: first[0] ?? '', count: keyCount + args.length, text: () => text };
}

/**
 * True for an error reply to the script itself, for example of a server that looks like Redis and does not know the flag
 * for several slots. False for a server that is away, loads its data, or is no master.
 */
export const isRefusedScript = (error: unknown): boolean =>
  error instanceof PlenumError && error.failure.code === 'internal';

export function chunksOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / partitionsPerCommand);
  return Array.from({ length: count }, (_, at) =>
    items.slice(at * partitionsPerCommand, (at + 1) * partitionsPerCommand),
  );
}

const keptLine = /^renewed(?: ([01]) ([01]) (.*))?$/;

export type KeptLease =
  /** `finding` is null if the look failed. */
  | { readonly type: 'renewed'; readonly finding: Finding | null }
  | { readonly type: 'stale' }
  /** This server cannot say: the lease must be renewed alone. */
  | { readonly type: 'unknown' };

const kept = z.string().transform((line, context): KeptLease => {
  if (line === 'stale' || line === 'unknown') return { type: line };
  const match = keptLine.exec(line);
  if (match === null) {
    context.addIssue({ code: 'custom', message: 'the line of a lease is malformed' });
    return z.NEVER;
  }
  const [, mute, absence, hosts = ''] = match;
  const hostingNodes = hosts === '' ? [] : hosts.split(' ');
  const finding =
    mute === undefined ? null : { isMuteDue: mute === '1', isAbsenceDue: absence === '1', hostingNodes };
  return { type: 'renewed', finding };
});

/** Keys of a partition: lease, due, away, holders. Arguments: TTL, and `<node id> <token>` of each lease on a line. */
export const keepLeases = definePartitionScript('keep-leases', reply('kept', z.array(kept)));

/** Key of a partition: the set or stream to count. Argument: SCARD or XLEN. The count is null if it is unknown. */
export const countEntries = definePartitionScript(
  'count-entries',
  reply('counted', z.array(z.string().transform((word) => (word === '-' ? null : Number(word))))),
);

const activityLine = /^([0-9A-Za-z]+)-(\d+) (\S+)$/;

/** A line of `read-activity`. `unknown`: this server cannot say; null: the user may read no message. */
export type ActivityLine = 'unknown' | LastMessage | null;

const activity = z.string().transform((line, context): ActivityLine => {
  if (line === 'unknown') return line;
  if (line === '-') return null;
  const [, epoch, seq, time = ''] = activityLine.exec(line) ?? [];
  const timestampMs = Date.parse(time);
  if (epoch === undefined || Number.isNaN(timestampMs)) {
    context.addIssue({ code: 'custom', message: 'the line of a group is malformed' });
    return z.NEVER;
  }
  return { epoch, seq: Number(seq), timestampMs };
});

/** Keys of a group: group, members, log, present. Argument: the user. */
export const readActivity = definePartitionScript('read-activity', reply('found', z.array(activity)));
