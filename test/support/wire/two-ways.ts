/** A service whose messages come on the short way or, for comparison, on the ordinary one: the same frames, by users and groups of their own. */
import { eventually } from '@plenum/testkit';
import { vi } from 'vitest';
import { UsualSends } from '../../../packages/gateway/src/sockets/usual-sends.ts';
import { type EngineName, Service } from '../cluster/service.ts';
import { tokenOf } from './http.ts';
import { frame, maskedText, RawWebSocket } from './raw-web-socket.ts';

export type Way = 'short' | 'plain';

/** What a run of frames led to. Ids of the run, times and epochs are replaced by words that all runs share. */
export interface Run {
  /** By the number of the ack; answers without an ack under the number -1, sorted. */
  readonly answers: readonly (readonly [number, string])[];
  /** Pushes in order, as the sender and another member got them. */
  readonly pushes: { readonly ann: readonly string[]; readonly bob: readonly string[] };
  /** Acks that came behind the own copy of their message. */
  readonly lateAcks: readonly string[];
}

/** Frames of one run: the placeholders `<mine>`, `<muted>` and `<foreign>` become group ids. */
export interface Frames {
  readonly texts: readonly string[];
  /** Places at which the bytes are cut, each a share of all bytes from 0 to 1. */
  readonly cuts: readonly number[];
}

const endId = 999_999;
const end = `42${endId}["request",{"request_type":"list_groups","request_id":"end","args":{"limit":1}}]`;
const unlimited = 100_000;

export class TwoWays implements AsyncDisposable {
  readonly #service: Service;
  #runs = 0;

  private constructor(service: Service) {
    this.#service = service;
  }

  static async start(engine: EngineName, messageMaxBytes: number, rateBurst = unlimited): Promise<TwoWays> {
    const engineSettings = {
      ratePerSec: rateBurst === unlimited ? unlimited : 1,
      rateBurst,
      changeRatePerSec: unlimited,
      changeRateBurst: unlimited,
      membershipRatePerSec: unlimited,
      membershipRateBurst: unlimited,
    };
    return new TwoWays(await Service.start(engine, { messageMaxBytes, engineSettings }));
  }

  async run(way: Way, frames: Frames): Promise<Run> {
    this.#runs += 1;
    const suffix = `-${this.#runs}-${way}`;
    const [ann, bob] = [`ann${suffix}`, `bob${suffix}`];
    await this.#createGroups(ann, bob, suffix);
    using listener = await this.#connect('plain', bob);
    using sender = await this.#connect(way, ann);
    const texts = frames.texts.map((text) => text.replace(/<(mine|muted|foreign)>/g, `$1${suffix}`));
    await writeInPieces(sender, Buffer.concat([...texts, end].map(maskedText)), frames.cuts);
    const expected = texts.length;
    await eventually(() => {
      if (answersIn(sender).length < expected + 1)
        throw new Error(`${answersIn(sender).length} of ${expected}`);
    });
    const relayed = answersIn(sender).filter((packet) => packet.includes('"status":"relayed"'));
    const stored = new Set(relayed.map(placeOf)).size;
    for (const device of [sender, listener]) {
      await eventually(() => {
        const { length } = pushesIn(device);
        if (length < stored) throw new Error(`${length} of ${stored}`);
      });
    }
    const masked = (list: readonly string[]) => list.map((text) => mask(text, suffix));
    const answers = answersIn(sender).map((text) => answerOf(mask(text, suffix)));
    return {
      answers: answers.sort(([a, one], [b, other]) => a - b || (one < other ? -1 : 1)),
      pushes: { ann: masked(pushesIn(sender)), bob: masked(pushesIn(listener)) },
      lateAcks: lateAcksIn(sender.packets),
    };
  }

  async #createGroups(ann: string, bob: string, suffix: string): Promise<void> {
    const must = async (method: string, path: string, body: object) => {
      const { status, body: answer } = await this.#service.rest(method, path, { body });
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    };
    const group = (name: string, creator_id: string, group_type = 'public') =>
      must('POST', '/v1/groups', { group_id: `${name}${suffix}`, group_type, creator_id });
    await Promise.all([group('mine', ann), group('muted', bob, 'strict_private'), group('foreign', bob)]);
    await must('PUT', `/v1/groups/mine${suffix}/members/${bob}`, {});
    await must('PUT', `/v1/groups/muted${suffix}/members/${ann}`, { status: 'active' });
    await must('POST', `/v1/groups/muted${suffix}/members/${ann}/mute`, {});
  }

  async #connect(way: Way, userId: string): Promise<RawWebSocket> {
    const serve = vi.spyOn(UsualSends.prototype, 'serve');
    if (way === 'plain') serve.mockImplementation(() => {});
    try {
      const socket = await RawWebSocket.connect(this.#service.url);
      socket.send(frame.text, `40${JSON.stringify({ token: await tokenOf(userId) })}`);
      await socket.until(/^42\["subscribed"/);
      if (serve.mock.calls.length !== 1) throw new Error('not one connection was opened');
      return socket;
    } finally {
      serve.mockRestore();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#service[Symbol.asyncDispose]();
  }
}

async function writeInPieces(socket: RawWebSocket, bytes: Buffer, cuts: readonly number[]): Promise<void> {
  const places = [...cuts.map((share) => Math.floor(share * bytes.length)), bytes.length];
  let at = 0;
  for (const place of places.sort((one, other) => one - other)) {
    socket.write(bytes.subarray(at, place));
    at = place;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const isAnswer = (packet: string) => packet.startsWith('43') || packet.startsWith('42["response"');
const answersIn = ({ packets }: RawWebSocket) => packets.filter(isAnswer);
const pushesIn = ({ packets }: RawWebSocket) =>
  packets.filter((packet) => /^42\["relay_message"/.test(packet));

function answerOf(packet: string): readonly [number, string] {
  const at = packet.indexOf('[');
  return [packet.startsWith('43') ? Number(packet.slice(2, at)) : -1, packet.slice(at)];
}

/** Replaces what differs between two runs of the same frames. */
const mask = (text: string, suffix: string) =>
  text
    .replaceAll(suffix, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"request_id":"[0-9a-f]{16}"/g, '"request_id":"MADE BY THE SERVER"')
    .replace(/"epoch":"[0-9a-f]{16}"/g, '"epoch":"EPOCH"')
    .replace(/"message_id":"[0-9a-f]{16}-/g, '"message_id":"EPOCH-')
    .replace(/"retry_after_ms":\d+/g, '"retry_after_ms":MS');

/** Epoch and seq; empty: the packet is about no stored message. */
const placeOf = (packet: string) => /"epoch":"[0-9a-f]{16}","seq":\d+/.exec(packet)?.[0] ?? '';

function lateAcksIn(packets: readonly string[]): string[] {
  const seen = new Set<string>();
  return packets.filter((packet) => {
    const id = placeOf(packet);
    const isFirst = id !== '' && !seen.has(id);
    seen.add(id);
    return isFirst && packet.startsWith('42["relay_message"');
  });
}
