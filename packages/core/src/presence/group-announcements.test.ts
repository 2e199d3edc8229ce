import { userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { GroupAnnouncements } from './group-announcements.ts';

const ann = userIdSchema.parse('ann');
const bob = userIdSchema.parse('bob');
const here = () => true;
const gone = () => false;

/** Of a node that has told of Ann. */
function told(): GroupAnnouncements {
  const group = new GroupAnnouncements();
  group.note(ann, 0);
  group.written(group.take(here, 0, 10));
  return group;
}

test('whoever is attached is told once', () => {
  const group = new GroupAnnouncements();
  group.note(ann, 1000);
  const changes = group.take(here, 0, 10);
  expect(changes).toEqual({ came: [ann], went: [] });
  group.written(changes);
  group.note(ann, 1000);
  expect(group.take(here, 0, 10)).toEqual({ came: [], went: [] });
});

test('whoever is gone is told when his time has come', () => {
  const group = told();
  group.note(ann, 1000);
  expect(group.take(gone, 999, 10)).toEqual({ came: [], went: [] });
  expect(group.nextDueMs).toBe(1000);
  expect(group.take(gone, 1000, 10)).toEqual({ came: [], went: [ann] });
});

test('whoever is back before that is not told of', () => {
  const group = told();
  group.note(ann, 1000);
  group.take(gone, 500, 10);
  expect(group.take(here, 600, 10)).toEqual({ came: [], went: [] });
  expect(group.isDoubtful).toBe(false);
});

test('what the store may have forgotten is told again, at once and whatever it is', () => {
  const group = told();
  group.forget(ann);
  expect(group.take(here, 0, 10)).toEqual({ came: [ann], went: [] });
  group.forget(ann);
  expect(group.take(gone, 0, 10)).toEqual({ came: [], went: [ann] });
});

test('a note does not make known what is not', () => {
  const group = told();
  group.forget(ann);
  group.note(ann, 1000);
  expect(group.take(here, 0, 10)).toEqual({ came: [ann], went: [] });
});

test('a changes that failed is told again', () => {
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

test('a group of which nothing was told and nothing waits is done', () => {
  const group = told();
  expect(group.isDone).toBe(false);
  group.forget(ann);
  group.written(group.take(gone, 0, 10));
  expect(group.isDone).toBe(true);
});
