/**
 * Users do harm by what they may do in groups of their own: changes of every kind, as fast as the node answers them. Each
 * kind has an admin, a group and a member of its own, so that none is slowed down by the bucket of another.
 */
import { Device } from '../../support/devices/device.ts';
import { httpRequest } from '../../support/wire/http.ts';
import type { Peer, Target } from '../peer.ts';

/** Requests of one kind that are under way at a time. */
const atOnce = 16;

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

/** What the n-th request of a lane is; lanes ask side by side. */
interface Turn {
  readonly group_id: string;
  /** The member's id; the group has no other beside its admin. */
  readonly user_id: string;
  readonly lane: number;
  readonly n: number;
}

interface Kind {
  /** Default: the admin. */
  readonly by?: 'member';
  /** Default: public. */
  readonly type?: 'strict_private';
  /** One after the other, each from where the last one that was done has led. */
  readonly isInTurns?: true;
  readonly ask: (turn: Turn) => Ask;
}

const note = 'x'.repeat(3900);
const singleFlight = ({ group_id, user_id, n }: Turn, one: string, other: string): Ask => ({
  type: n % 2 === 0 ? one : other,
  args: { group_id, user_id },
});

const kinds = {
  bans: {
    ask: ({ group_id, lane, n }) => ({
      type: 'ban_member',
      args: { group_id, user_id: `made-up:${lane}:${n}` },
    }),
  },
  settings: {
    ask: ({ group_id, n }) => ({ type: 'update_group', args: { group_id, metadata: { note, n } } }),
  },
  mutes: {
    type: 'strict_private',
    isInTurns: true,
    ask: (turn) => singleFlight(turn, 'mute_member', 'unmute_member'),
  },
  roles: { isInTurns: true, ask: (turn) => singleFlight(turn, 'promote_member', 'demote_member') },
  'new groups': {
    ask: ({ group_id, lane, n }) => ({
      type: 'create_group',
      args: { group_id: `${group_id}:${lane}:${n}`, group_type: 'public' },
    }),
  },
  'groups that come and go': {
    ask: ({ group_id, lane, n }) => {
      const args = { group_id: `${group_id}:${lane}:${n >> 1}` };
      return n % 2 === 0
        ? { type: 'create_group', args: { ...args, group_type: 'public' } }
        : { type: 'delete_group', args };
    },
  },
  visits: {
    by: 'member',
    isInTurns: true,
    ask: ({ group_id, n }) => ({ type: n % 2 === 0 ? 'leave_group' : 'join_group', args: { group_id } }),
  },
  'refused changes': {
    by: 'member',
    ask: ({ group_id, lane, n }) => ({
      type: 'ban_member',
      args: { group_id, user_id: `made-up:${lane}:${n}` },
    }),
  },
  'no text': { ask: ({ group_id, n }) => ({ type: 'relay_msg', args: { group_id, message: `\u0000${n}` } }) },
  marks: { ask: ({ group_id, n }) => ({ type: 'mark_read', args: { group_id, seq: n } }) },
  typing: { ask: ({ group_id }) => ({ type: 'typing', args: { group_id } }) },
  messages: { ask: ({ group_id, n }) => ({ type: 'relay_msg', args: { group_id, message: `${note}${n}` } }) },
} as const satisfies Readonly<Record<string, Kind>>;
export type FloodKind = keyof typeof kinds | 'over HTTP';

/** @returns by kind, what was asked and what became of it. */
export const ownGroupFloods: Peer<Readonly<Record<string, Flooded>>> = async (target) => {
  const floods = Object.entries(kinds).map(
    async ([name, kind]) => [name, await flood(target, name, kind)] as const,
  );
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

async function flood({ url, signal, tokenOf }: Target, name: string, kind: Kind): Promise<Flooded> {
  const tally = new Tally();
  const slug = name.replaceAll(' ', '-');
  const group_id = `flood:${slug}:${Date.now()}`;
  const user_id = `flood:${slug}:member`;
  const [admin, member] = await Promise.all(
    ['admin', 'member'].map(async (role) =>
      new Device(url, await tokenOf(`flood:${slug}:${role}`), { reconnection: false }).connected(),
    ),
  );
  if (admin === undefined || member === undefined) throw new Error('two devices were asked for');
  try {
    await admin.must('create_group', { group_id, group_type: kind.type ?? 'public' });
    await member.must('join_group', { group_id });
    if (kind.type !== undefined) await admin.must('accept_member', { group_id, user_id });
    const device = kind.by === 'member' ? member : admin;
    const lanes = Array.from({ length: kind.isInTurns ? 1 : atOnce }, async (_, lane) => {
      for (let n = 0, asks = 0; !signal.aborted; asks += 1) {
        const { type, args } = kind.ask({ group_id, user_id, lane, n });
        tally.asked += 1;
        const answer = await device.request(type, args, `own-id-${lane}-${asks}`);
        tally.count(answer.success ? null : answer.code);
        if (answer.success || !kind.isInTurns) n += 1;
        for (const one of [admin, member]) one.arrivals.length = 0;
      }
    });
    await Promise.all(lanes);
    return tally;
  } finally {
    for (const device of [admin, member]) device.socket.disconnect();
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
