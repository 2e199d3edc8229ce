import { expect, test } from 'vitest';
import { byText, SortedList } from './sorted-list.ts';

function listOf(...items: string[]): SortedList<string> {
  const list = new SortedList<string>(byText);
  for (const item of items) list.add(item);
  return list;
}

test('items stand in order, whatever order they came in', () => {
  expect([...listOf('b', 'a:b', 'Z', 'a', '~')]).toEqual(['Z', 'a', 'a:b', 'b', '~']);
});

test('an item is in the list once', () => {
  expect([...listOf('a', 'b', 'a')]).toEqual(['a', 'b']);
});

test('deleting takes the item out and nothing else', () => {
  const list = listOf('a', 'b', 'c');
  list.delete('b');
  list.delete('missing');
  expect([...list]).toEqual(['a', 'c']);
});

test('a slice begins behind any bound, whether the bound is in the list or not', () => {
  const list = listOf('a', 'c', 'e');
  expect(list.slice(list.countUpTo('c'), 2)).toEqual(['e']);
  expect(list.slice(list.countUpTo('b'), 2)).toEqual(['c', 'e']);
});
