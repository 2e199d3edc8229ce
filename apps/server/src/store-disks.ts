/** What the servers of the store say of the disk of their append-only file. */
import type { StoreServer } from '@plenum/core';

const page = '/docs/operations/runbook#a-disk-that-was-full';

const isAppendOnly = ({ info }: StoreServer) => info?.get('aof_enabled') === '1';

/** @returns one sentence for each server that cannot write now, and refuses every change */
export const diskProblems = (servers: readonly StoreServer[]): readonly string[] =>
  servers
    .filter((server) => isAppendOnly(server) && server.info?.get('aof_last_write_status') === 'err')
    .map(
      ({ name }) =>
        `Redis at ${name} cannot write its append-only file and refuses every change: free its disk, then see ${page}.`,
    );

/**
 * Redis remembers since its start that it refused changes, and not whether its file was rewritten after that.
 * @returns one sentence for each server that writes again after it could not
 */
export const diskWarnings = (servers: readonly StoreServer[]): readonly string[] =>
  servers
    .filter((server) => isAppendOnly(server) && server.info?.has('errorstat_MISCONF'))
    .map(
      ({ name }) =>
        `Redis at ${name} could not write to its disk at some time since it was started: unless BGREWRITEAOF has succeeded after that, it may not start again. See ${page}. CONFIG RESETSTAT ends this line.`,
    );
