import { createClient } from '@plenum/client';
import { createElement, type ReactElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import {
  PlenumProvider,
  useGroup,
  useMembers,
  useMessages,
  usePlenum,
  usePresence,
  useTyping,
} from '../src/index.ts';

function Everything({ groupId }: { readonly groupId: string | null }): ReactElement {
  const { status, userId } = usePlenum();
  const { messages, isLoading } = useMessages(groupId);
  const shown = {
    status,
    userId,
    messages,
    isLoading,
    group: useGroup(groupId).status,
    members: useMembers(groupId).members,
    presence: usePresence(groupId).count,
    typing: useTyping(groupId).typing,
  };
  return createElement('pre', null, JSON.stringify(shown));
}

const nothing = {
  status: { state: 'idle' },
  userId: 'ann',
  messages: [],
  isLoading: false,
  group: null,
  members: [],
  presence: null,
  typing: [],
};
const shownBy = (element: ReactElement) => {
  const html = renderToString(element).replaceAll('&quot;', '"');
  return JSON.parse(/<pre>(.*)<\/pre>/.exec(html)?.[1] ?? '');
};

test.each(['room', null])('a server renders what is known before a connection, and opens none', (groupId) => {
  let tokens = 0;
  const token = async () => {
    tokens += 1;
    return '';
  };
  const element = createElement(
    PlenumProvider,
    { url: 'http://127.0.0.1:1', userId: 'ann', token },
    createElement(Everything, { groupId }),
  );
  expect(shownBy(element)).toEqual(nothing);
  expect(tokens).toBe(0);
});

test('of a given client a server does not render its present state', () => {
  const client = createClient({ url: 'http://127.0.0.1:1', token: '' });
  client.connect().catch(() => undefined);
  const element = createElement(
    PlenumProvider,
    { client, userId: 'ann' },
    createElement(Everything, { groupId: 'room' }),
  );
  expect(client.status.state).not.toBe('idle');
  expect(shownBy(element)).toEqual(nothing);
  client.close();
});

test('a hook without a provider says what is missing', () => {
  expect(() => renderToString(createElement(Everything, { groupId: 'room' }))).toThrow(/no PlenumProvider/);
});
