/** Changes of messages over sockets: live devices get each one, and a device that comes back gets the present state. */
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';

const group_id = 'team';

describe.each(engines)('changes of messages on %s', (engine) => {
  test('are pushed in order, and what is caught up on later has its present state', async () => {
    await using service = await Service.start(engine);
    const owner = await service.device('ann');
    await owner.must('create_group', { group_id, group_type: 'public' });
    const member = await service.device('bob');
    const joined = await member.must('join_group', { group_id });
    const away = { group_id, epoch: joined['epoch'], seq: joined['seq'] };
    const { message_id: edited } = await owner.must('relay_msg', { group_id, message: 'first' });
    const { message_id: gone } = await owner.must('relay_msg', { group_id, message: 'secret' });
    const on = (message_id: unknown) => ({ group_id, message_id });
    await owner.must('edit_message', { ...on(edited), message: 'second' });
    await member.must('react', { ...on(edited), reaction: '👍' });
    await owner.must('delete_message', { ...on(gone), reason: 'off topic' });
    await member.until('message_event', { type: 'deleted', message_id: gone });
    const changes = member.pushes('message_event').map(({ type, seq }) => `${seq} ${type}`);
    expect(changes).toEqual(['5 edited', '6 reacted', '7 deleted']);
    expect(member.pushes('message_event')[0]).toMatchObject({ message: 'second', edits: 1, target_seq: 3 });

    const back = await service.device('bob', { auth: { positions: [away] } });
    await eventually(() => expect(back.pushes('message_event')).toHaveLength(3));
    const [first, tombstone] = back.messages(group_id);
    const reactions = { '👍': { count: 1, me: true } };
    expect(first).toMatchObject({ message: 'second', edits: 1, reactions, state_seq: 6 });
    expect(tombstone).toMatchObject({ seq: 4, deleted: true, deleted_by: 'ann', reason: 'off topic' });
    expect(JSON.stringify(back.arrivals)).not.toContain('secret');
    expect(await back.must('get_message', on(edited))).toMatchObject({ message: 'second', reactions });
    const listed = await owner.must('list_reactions', on(edited));
    expect(listed).toEqual({ reactions: [{ user_id: 'bob', reaction: '👍' }], next_cursor: null });
    const { groups } = await back.must('list_groups', {});
    expect(groups).toMatchObject([{ head_seq: 7, unread: 2 }]);
  });
});
