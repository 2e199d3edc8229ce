/** What a socket is sent before and after it is attached: its own requests, and one attach after another. On both engines. */
import type { Answer, GroupEvent, RelayMessagePush, SubscribedPush } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fanOuts } from '../support/cluster/fan-outs.ts';
import { engines, Service } from '../support/cluster/service.ts';
import { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const groupId = 'order';
const engineSettings = {
  ratePerSec: 1e6,
  rateBurst: 1e6,
  membershipRatePerSec: 1e6,
  membershipRateBurst: 1e6,
};

/** Entries in the order in which they come, each checked against the last position that the socket got. */
class Listener {
  readonly complaints: string[] = [];
  nextSeq: number | null = null;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('subscribed', ({ groups }: SubscribedPush) => this.#tell(groups[0]?.from_seq ?? 0));
    socket.on('relay_message', ({ result }: RelayMessagePush) => this.#take(result.seq));
    socket.on('group_event', ({ seq }: GroupEvent) => this.#take(seq));
  }

  /** Resolves with the answer, which counts as a position from the moment at which it comes. */
  subscribe(epoch: unknown, seq: number): Promise<void> {
    const envelope = { request_type: 'subscribe', args: { groups: [{ group_id: groupId, epoch, seq }] } };
    return new Promise((resolve) => {
      this.#socket.emit('request', envelope, (answer: Answer<SubscribedPush>) => {
        if (answer.success) this.#tell(answer.result.groups[0]?.from_seq ?? 0);
        else this.complaints.push(`subscribe: ${answer.code}`);
        resolve();
      });
    });
  }

  unsubscribe(): Promise<void> {
    const envelope = { request_type: 'unsubscribe', args: { groups: [{ group_id: groupId }] } };
    return new Promise((resolve) => {
      this.#socket.emit('request', envelope, () => {
        this.nextSeq = null;
        resolve();
      });
    });
  }

  #tell(fromSeq: number): void {
    this.nextSeq = fromSeq;
  }

  #take(seq: number): void {
    if (seq !== this.nextSeq) this.complaints.push(`expected ${this.nextSeq}, got ${seq}`);
    this.nextSeq = seq + 1;
  }
}

describe.each(engines.flatMap((engine) => fanOuts.map((fanOut) => [engine, fanOut] as const)))(
  'on %s, %s',
  (engine, fanOut) => {
    let service: Service;
    beforeAll(async () => {
      service = await Service.start(engine, {
        engineSettings,
        fanOut: fanOut === 'plain' ? 'plain' : 'coalesced',
      });
    });
    afterAll(() => service[Symbol.asyncDispose]());

    test('a message that is sent before the connect is seen comes back to the socket that sent it', async () => {
      const ann = await service.device('ann');
      const { epoch } = await ann.must('create_group', { group_id: 'own', group_type: 'public' });
      const token = await tokenOf('ann');
      for (let round = 0; round < 24; round += 1) {
        await using device = new Device(service.url, token);
        const answer = await device.send('own', `message ${round}`);
        expect(answer).toMatchObject({ success: true, result: { epoch } });
        await device.until('relay_message', { result: { message: `message ${round}` } });
      }
    });

    test('what another attach delivered comes before the answer to a subscribe, then all from there', async () => {
      const owner = await service.device('owner');
      const { epoch } = await owner.must('create_group', { group_id: groupId, group_type: 'public' });
      const sendMany = async (count: number) => {
        for (let i = 0; i < count; i += 1)
          await owner.must('relay_msg', { group_id: groupId, message: `${i}` });
      };
      await sendMany(6);
      const token = await tokenOf('owner');
      for (let round = 0; round < 6; round += 1) {
        await using device = new Device(service.url, token);
        const listener = new Listener(device.socket);
        const sending = sendMany(12);
        // At once, before the connect is seen; then again and again while messages come.
        const first = listener.subscribe(epoch, 2);
        await Promise.all([first, listener.subscribe(epoch, 4)]);
        for (let i = 0; i < 5; i += 1) await listener.subscribe(epoch, 3 + i);
        const leaving = listener.unsubscribe();
        await Promise.all([leaving, listener.subscribe(epoch, 2)]);
        await sending;
        const { seq } = await owner.must('relay_msg', { group_id: groupId, message: 'last' });
        await eventually(() => expect(listener.nextSeq).toBe(Number(seq) + 1));
        expect(listener.complaints).toEqual([]);
      }
    });

    test('an older position that is asked for before the connect is not overtaken by a message', async () => {
      const owner = await service.device('rewinder');
      const group_id = 'rewound';
      const { epoch } = await owner.must('create_group', { group_id, group_type: 'public' });
      for (let i = 0; i < 5; i += 1) await owner.must('relay_msg', { group_id, message: `${i}` });
      const token = await tokenOf('rewinder');
      for (let round = 0; round < 12; round += 1) {
        await using device = new Device(service.url, token);
        const groups = [{ group_id, epoch, seq: 2 }];
        const [, sent] = await Promise.all([
          device.must('subscribe', { groups }),
          device.must('relay_msg', { group_id, message: 'own' }),
        ]);
        const last = Number(sent['seq']);
        await eventually(() => expect(device.seqs(group_id)).toHaveLength(last - 2));
        expect(device.seqs(group_id)).toEqual(Array.from({ length: last - 2 }, (_, i) => i + 3));
      }
    });
  },
);
