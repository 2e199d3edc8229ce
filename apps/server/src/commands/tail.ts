/** `plenum tail`: prints the log of a group as it grows, over reconnects, until Ctrl-C or the end of the membership. */
import type {
  Client,
  ClientOptions,
  GroupPosition,
  RecoveredNotice,
  ResyncNotice,
  SeqRange,
} from '@plenum/client';
import { type ActingOptions, actingUser, whyNot, withClient } from './acting-user.ts';
import { changeLine, ephemeralLine, eventLine, messageLine } from './entry-lines.ts';
import { refusalOf, refusalText, refuse } from './refuse.ts';

export interface TailOptions extends ActingOptions {
  /** The first seq to print. Absent: only entries from now on are printed. */
  readonly from?: number;
  readonly json?: boolean;
}

/** Time to wait for the entry that ends the membership, ms: it and the push `membership` may arrive in either order. */
const lastEntryMs = 500;

const note = (text: string) => void process.stderr.write(`${text}\n`);
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** @returns the exit code: 0 if asked to stop, 1 if refused */
export async function tail(groupId: string, options: TailOptions): Promise<number> {
  const user = await actingUser(options);
  if (user === null) return 1;
  const start = await startOf(user, groupId, options.from);
  if (!start.ok) return refuse(start.why);
  const followed = { groupId, url: user.url, isJson: options.json === true };
  return withClient({ ...user, positions: start.positions }, (client) => follow(client, followed));
}

type Start =
  | { readonly ok: true; readonly positions: readonly GroupPosition[] }
  | { readonly ok: false; readonly why: string };

/** Reads the epoch of the log, which a position needs and users do not know. */
async function startOf(user: ClientOptions, group_id: string, from: number | undefined): Promise<Start> {
  if (from === undefined) return { ok: true, positions: [] };
  const page = await withClient(user, (client) => client.history(group_id, { limit: 1 }));
  if (!page.ok) return { ok: false, why: refusalText(page.failure) };
  const { epoch, head_seq } = page.result;
  if (from > head_seq + 1) {
    return {
      ok: false,
      why: `--from ${from} is ahead of the log: the next seq of ${group_id} is ${head_seq + 1}`,
    };
  }
  return { ok: true, positions: [{ group_id, epoch, seq: from - 1 }] };
}

interface Followed {
  readonly groupId: string;
  readonly url: string;
  readonly isJson: boolean;
}

async function follow(client: Client, group: Followed): Promise<number> {
  printAll(client, group);
  const ended = untilEnded(client, group);
  const attached = attach(client, group.groupId).then((isAttached) => (isAttached ? ended : 1));
  return Promise.race([ended, attached]);
}

async function attach(client: Client, groupId: string): Promise<boolean> {
  const attached = await client.subscribe(groupId);
  const [row] = attached.ok ? attached.result.groups : [attached.failure];
  if (row === undefined) return false;
  if ('code' in row) refuse(refusalText(row));
  else note(`${row.group_id}: from seq ${row.from_seq} on`);
  return !('code' in row);
}

function printAll(client: Client, { url, isJson }: Followed): void {
  client.on('message', (entry) => print(isJson ? JSON.stringify(entry) : messageLine(entry)));
  client.on('event', (event) => print(isJson ? JSON.stringify(event) : eventLine(event)));
  client.on('change', (change) => print(isJson ? JSON.stringify(change) : changeLine(change)));
  client.on('ephemeral', (push) => print(isJson ? JSON.stringify(push) : ephemeralLine(push)));
  client.on('recovered', (notice) => note(recoveredLine(notice)));
  client.on('resync', (notice) => note(resyncLine(notice)));
  client.on('status', (status) => {
    if (status.state === 'waiting') note(`${whyNot(status, url)}: again in ${status.retryInMs} ms`);
    if (status.state === 'connected') note('connected again');
  });
}

/** Resolves with the exit code when the user ends the command, the output closes, or no entry can follow. */
function untilEnded(client: Client, { groupId, url }: Followed): Promise<number> {
  return new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
    process.stdout.on('error', () => end(0));
    client.on('resync', ({ from_seq }) => {
      if (from_seq === null) end(refuse(refusalOf('not_a_member')));
    });
    client.on('membership', ({ group_id, status }) => {
      if (group_id !== groupId || status === 'active' || status === 'muted') return;
      const code = status === 'pending' ? 'pending_membership' : 'not_a_member';
      setTimeout(() => end(refuse(refusalOf(code))), lastEntryMs);
    });
    client.on('status', (status) => {
      const isRefused = status.state === 'closed' && status.reason !== 'application';
      if (isRefused) end(refuse(whyNot(status, url)));
    });
  });
}

const rangeText = ({ from, to }: SeqRange): string =>
  from === to ? `entry ${from}` : `entries ${from} to ${to}`;

export const recoveredLine = ({ from_seq, head_seq }: RecoveredNotice): string =>
  from_seq > head_seq
    ? `recovered: nothing was missed up to seq ${head_seq}`
    : `recovered: ${rangeText({ from: from_seq, to: head_seq })}`;

export function resyncLine({ reason, from_seq, missing, revoked }: ResyncNotice): string {
  const parts = [
    ...(revoked === null ? [] : [`forget ${rangeText(revoked)}`]),
    ...(missing === null ? [] : [`${rangeText(missing)} cannot be had`]),
    from_seq === null ? 'nothing follows' : `continues from seq ${from_seq}`,
  ];
  return `resync (${reason}): ${parts.join(', ')}`;
}
