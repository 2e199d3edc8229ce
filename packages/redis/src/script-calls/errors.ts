/** Translates errors of Redis and of its client to PlenumErrors. No other file does. */
import { PlenumError } from '@plenum/core';
import type { ErrorCode } from '@plenum/protocol';
import { isRefusalInScript } from '../rights/refusal.ts';

/**
 * Codes with which Redis refuses a script before its first line, so that nothing was done. `#!lua` makes Redis check this
 * first.
 */
const refusedByRedis = new Set([
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'NOSCRIPT',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'WRONGPASS',
]);

/** Codes with which a Cluster server refuses a slot that another server, or no server, serves. */
const saidByCluster = new Set(['CLUSTERDOWN', 'MOVED', 'ASK', 'TRYAGAIN']);

const firstWord = (text: string): string => /^-?([A-Z]+)\b/.exec(text)?.[1] ?? '';

export const isNotServedHere = (error: Error): boolean => saidByCluster.has(firstWord(error.message));

function codeOf(error: unknown, mayHaveRun: boolean): ErrorCode {
  if (!(error instanceof Error)) return 'internal';
  if (error.name === 'ReplyError' && isRefusalInScript(error.message))
    return mayHaveRun ? 'timeout' : 'unavailable';
  if (error.name === 'ReplyError')
    return refusedByRedis.has(firstWord(error.message)) ? 'unavailable' : 'internal';
  if (error.name === 'ZodError' || error.name === '$ZodError' || error instanceof TypeError)
    return 'internal';
  // All other errors mean that the connection was lost, closed, never made, or silent for too long.
  return mayHaveRun ? 'timeout' : 'unavailable';
}

/** @param mayHaveRun true if the command is a change that may have reached Redis: then its outcome is unknown */
export function translate(error: unknown, mayHaveRun: boolean): PlenumError {
  if (error instanceof PlenumError) return error;
  return PlenumError.of(codeOf(error, mayHaveRun), { cause: error });
}

/** An error reply of Redis that a script has caught and returned. */
export const caughtReply = (text: string): Error => Object.assign(new Error(text), { name: 'ReplyError' });
