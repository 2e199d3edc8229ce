import { userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { GroupAnnouncements } from './group-announcements.ts';

const ann = userIdSchema.parse('ann');
const bob = userIdSchema.parse('bob');
const here = () => true;
const gone = () => false;

/** Of a node that has announced Ann. */
function announced(): GroupAnnouncements {
  const group = new GroupAnnouncements();
  group.note(ann, 0);
  group.written(group.take(here, 0, 10));
  return group;
}

test('an attached user is announced once', () => {
  const group = new GroupAnnouncements();
  group.note(ann, 1000);
  const changes = group.take(here, 0, 10);
  expect(changes).toEqual({ came: [ann], went: [] });
  group.written(changes);
  group.note(ann, 1000);
  expect(group.take(here, 0, 10)).toEqual({ came: [], went: [] });
});

test('a departure is announced after the grace period', () => {
  const group = announced();
  group.note(ann, 1000);
  expect(group.take(gone, 999, 10)).toEqual({ came: [], went: [] });
  expect(group.nextDueMs).toBe(1000);
  expect(group.take(gone, 1000, 10)).toEqual({ came: [], went: [ann] });
});

test('a user who is back before that is not announced', () => {
  const group = announced();
  group.note(ann, 1000);
  group.take(gone, 500, 10);
  expect(group.take(here, 600, 10)).toEqual({ came: [], went: [] });
  expect(group.isDoubtful).toBe(false);
});

test('what the store may have lost is announced again, at once', () => {
  const group = announced();
  group.forget(ann);
  expect(group.take(here, 0, 10)).toEqual({ came: [ann], went: [] });
  group.forget(ann);
  expect(group.take(gone, 0, 10)).toEqual({ came: [], went: [ann] });
});

test('a note does not make known what is not', () => {
  const group = announced();
  group.forget(ann);
  group.note(ann, 1000);
  expect(group.take(here, 0, 10)).toEqual({ came: [ann], went: [] });
});

test('a change that failed is announced again', () => {
  const group = new GroupAnnouncements();
  group.note(ann, 0);
  group.failed(group.take(here, 0, 10));
  expect(group.take(gone, 0, 10)).toEqual({ came: [], went: [ann] });
});

test('no more is taken than was asked for, and nothing is lost by it', () => {
  const group = new GroupAnnouncements();
  group.note(ann, 0);
  group.note(bob, 0);
  expect(group.take(here, 0, 1)).toEqual({ came: [ann], went: [] });
  expect(group.take(here, 0, 1)).toEqual({ came: [bob], went: [] });
});

test('a group without announcements and without waiting ones is done', () => {
  const group = announced();
  expect(group.isDone).toBe(false);
  group.forget(ann);
  group.written(group.take(gone, 0, 10));
  expect(group.isDone).toBe(true);
});
