/**
 * One harmful peer as a process of its own: what it does to its own event loop delays nothing that is measured. It gets
 * by message how long to run, and answers each with what it has done. Environment: PEER, URL, ADMIN_URL.
 */
import { setMaxListeners } from 'node:events';
import { issueJwt } from '@plenum/adapters';
import { userIdSchema } from '@plenum/protocol';
import type { PeerReport } from './peer-process.ts';
import { harmfulPeers } from './peers/harmful-peers.ts';

const { PEER = '', URL: url = '', ADMIN_URL = '', JWT_SECRET: secret = '' } = process.env;
const peer = harmfulPeers[PEER];
if (peer === undefined) throw new Error(`no peer ${PEER}`);
const tokenOf = (userId: string) =>
  issueJwt({ secret, userId: userIdSchema.parse(userId), expiresInSec: 3600 });
const errorsMax = 5;

async function goOn(forMs: number): Promise<PeerReport> {
  const counts: Record<string, number> = {};
  const errors: string[] = [];
  const signal = AbortSignal.timeout(forMs);
  setMaxListeners(0, signal);
  let rounds = 0;
  while (!signal.aborted && errors.length < errorsMax) {
    try {
      const round = await peer?.({ url, adminUrl: ADMIN_URL || null, signal, tokenOf });
      for (const [what, count] of Object.entries(round ?? {})) counts[what] = (counts[what] ?? 0) + count;
      rounds += 1;
    } catch (error) {
      errors.push(error instanceof Error ? `${error.message} ${error.stack}` : String(error));
    }
  }
  return { rounds, counts, errors };
}

process.on('message', (forMs) => void goOn(Number(forMs)).then((report) => process.send?.(report)));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
