/** The admin of a group of its own does harm by what it may do: changes of every kind, as fast as the node answers them. */
import { Device } from '../../world/device.ts';
import { httpRequest } from '../../world/service.ts';
import type { Peer, Target } from '../peer.ts';

/** Requests of one kind that are under way at a time. */
const atOnce = 32;

export interface Flooded {
  readonly asked: number;
  /** Refusals by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Answers without a refusal. */
  readonly done: number;
}

interface Ask {
  readonly type: string;
  readonly args: object;
}

const note = 'x'.repeat(3900);

/** Of the n-th request, in the group; each kind has its own admin. */
const kinds: Readonly<Record<string, (group_id: string, n: number) => Ask>> = {
  bans: (group_id, n) => ({ type: 'ban_member', args: { group_id, user_id: `made-up:${n}` } }),
  settings: (group_id, n) => ({ type: 'update_group', args: { group_id, metadata: { note, n } } }),
  mutes: (group_id, n) => ({
    type: n % 2 === 0 ? 'mute_member' : 'unmute_member',
    args: { group_id, user_id: 'applicant' },
  }),
  roles: (group_id, n) => ({
    type: n % 2 === 0 ? 'promote_member' : 'demote_member',
    args: { group_id, user_id: 'applicant' },
  }),
  groups: (group_id, n) =>
    n % 2 === 0
      ? { type: 'create_group', args: { group_id: `${group_id}:${n}`, group_type: 'public' } }
      : { type: 'delete_group', args: { group_id: `${group_id}:${n - 1}` } },
  visits: (group_id, n) => ({ type: n % 2 === 0 ? 'leave_group' : 'join_group', args: { group_id } }),
  'no text': (group_id, n) => ({ type: 'relay_msg', args: { group_id, message: `\u0000${n}` } }),
  marks: (group_id, n) => ({ type: 'mark_read', args: { group_id, seq: n } }),
  typing: (group_id) => ({ type: 'typing', args: { group_id } }),
  messages: (group_id, n) => ({ type: 'relay_msg', args: { group_id, message: `${note}${n}` } }),
};

/** @returns by kind, what was asked and what became of it. */
export const ownGroupFloods: Peer<Readonly<Record<string, Flooded>>> = async (target) => {
  const floods = Object.keys(kinds).map(async (kind) => [kind, await flood(target, kind)] as const);
  const overHttp = floodOverHttp(target).then((flooded) => ['over HTTP', flooded] as const);
  return Object.fromEntries(await Promise.all([...floods, overHttp]));
};

class Tally implements Flooded {
  readonly refused: Record<string, number> = {};
  asked = 0;
  done = 0;

  count(code: string | null): void {
    if (code === null) this.done += 1;
    else this.refused[code] = (this.refused[code] ?? 0) + 1;
  }
}

async function flood({ url, signal, tokenOf }: Target, kind: string): Promise<Flooded> {
  const tally = new Tally();
  const user = `flood:${kind.replace(' ', '-')}`;
  const group_id = `${user}:${Date.now()}`;
  const admin = new Device(url, await tokenOf(user), { reconnection: false });
  try {
    await admin.connected();
    await admin.must('create_group', { group_id, group_type: 'strict_private' });
    const ask = kinds[kind];
    if (ask === undefined) throw new Error(`no kind ${kind}`);
    const lane = async () => {
      while (!signal.aborted && admin.socket.connected) {
        const n = tally.asked;
        tally.asked += 1;
        const { type, args } = ask(group_id, n);
        const answer = await admin.request(type, args, `own-id-${kind.length}-${n}`);
        tally.count(answer.success ? null : answer.code);
        admin.arrivals.length = 0;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    return tally;
  } finally {
    admin.socket.disconnect();
  }
}

async function floodOverHttp({ url, signal, tokenOf }: Target): Promise<Flooded> {
  const tally = new Tally();
  const token = await tokenOf('flood:http');
  const group_id = `flood:http:${Date.now()}`;
  const body = { group_id, group_type: 'public', creator_id: 'flood:http' };
  await httpRequest('POST', `${url}/v1/groups`, { token, body });
  const lane = async () => {
    while (!signal.aborted) {
      const n = tally.asked;
      tally.asked += 1;
      const path = `${url}/v1/groups/${group_id}/members/made-up:${n}/ban`;
      const { status, body: answer } = await httpRequest('POST', path, { token, body: { reason: 'flood' } });
      tally.count(status < 300 ? null : String(answer['code']));
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return tally;
}
