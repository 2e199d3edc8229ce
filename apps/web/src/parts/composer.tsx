/** Where a person writes: a new message, a reply, or an edit. `@` suggests members to mention. */
import { type ListedMember, type Messages, usePlenum } from '@plenum/react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { strings } from '../strings.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import type { Chosen } from './message-row.tsx';

interface ComposerProps {
  readonly groupId: string;
  readonly members: readonly ListedMember[];
  readonly send: Messages['send'];
  readonly edit: Messages['edit'];
  readonly chosen: Chosen | null;
  readonly onTyped: () => void;
  readonly onDone: () => void;
}

const suggestionsMax = 5;
/** The default of `PLENUM_MESSAGE_MAX_BYTES`: from near it on the size is shown. */
const usualMaxBytes = 4096;
const { chat } = strings;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

export function Composer({ groupId, members, send, edit, chosen, onTyped, onDone }: ComposerProps) {
  const { userId } = usePlenum();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const suggestions = useSuggestions(text, members, userId);
  const listId = useId();
  useEffect(() => {
    if (chosen === null) return;
    if (chosen.type === 'edit') setText(chosen.message.message ?? '');
    input.current?.focus();
  }, [chosen]);
  const leave = () => {
    if (chosen?.type === 'edit') setText('');
    setProblem(null);
    onDone();
  };
  const submit = async () => {
    if (text.trim() === '') return;
    if (chosen?.type === 'edit') {
      const edited = await edit(chosen.message.message_id, text);
      if (edited.ok) leave();
      else setProblem(strings.failure(edited.failure.code, edited.failure.error));
      return;
    }
    const mentions = mentionsIn(text, members);
    void send(text, {
      ...(mentions.length === 0 ? {} : { mentions }),
      ...(chosen === null ? {} : { reply_to: chosen.message.message_id }),
    });
    setText('');
    setProblem(null);
    onDone();
  };
  const choose = (user: string) => {
    setText(text.replace(/@[A-Za-z0-9_.:@|+~=-]*$/, `@${user} `));
    suggestions.close();
    input.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (suggestions.onKey(event, choose)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void submit();
    }
    if (event.key === 'Escape') leave();
  };
  const bytes = bytesOf(text);
  const optionId = (at: number) => `${listId}-${at}`;
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {chosen === null ? null : (
        <p className="chosen">
          <span>{chosen.type === 'edit' ? chat.editing : chat.replyingTo(chosen.message.from_user_id)}</span>
          <button type="button" className="icon-button" aria-label={chat.cancel} onClick={leave}>
            <Icon name="close" />
          </button>
        </p>
      )}
      {suggestions.found.length === 0 ? null : (
        <div id={listId} role="listbox" aria-label={chat.suggestions} className="suggestions">
          {suggestions.found.map((member, at) => (
            <div
              key={member}
              id={optionId(at)}
              role="option"
              aria-selected={at === suggestions.at}
              tabIndex={-1}
              className="suggestion"
              onPointerDown={(event) => {
                event.preventDefault();
                choose(member);
              }}
            >
              <Avatar userId={member} />
              {member}
            </div>
          ))}
        </div>
      )}
      <div className="composer-line">
        <textarea
          ref={input}
          rows={1}
          dir="auto"
          value={text}
          aria-label={chat.composer(groupId)}
          placeholder={chat.placeholder}
          aria-autocomplete="list"
          aria-controls={suggestions.found.length === 0 ? undefined : listId}
          aria-activedescendant={suggestions.found.length === 0 ? undefined : optionId(suggestions.at)}
          onChange={(event) => {
            setText(event.target.value);
            if (event.target.value !== '') onTyped();
          }}
          onKeyDown={onKey}
        />
        <button
          type="submit"
          className="send"
          aria-label={chosen?.type === 'edit' ? chat.save : chat.send}
          disabled={text.trim() === ''}
        >
          <Icon name={chosen?.type === 'edit' ? 'check' : 'send'} />
        </button>
      </div>
      {bytes > usualMaxBytes * 0.9 ? (
        <p className={bytes > usualMaxBytes ? 'problem' : 'hint'}>{chat.tooLong(bytes, usualMaxBytes)}</p>
      ) : null}
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

const mentionsIn = (text: string, members: readonly ListedMember[]): string[] => {
  const named = new Set([...text.matchAll(/@([A-Za-z0-9_.:@|+~=-]+)/g)].map(([, user]) => user));
  return members.map(({ user_id }) => user_id).filter((user) => named.has(user));
};

function useSuggestions(text: string, members: readonly ListedMember[], self: string) {
  const [at, setAt] = useState(0);
  const [closedFor, setClosedFor] = useState<string | null>(null);
  const [, begun] = /(?:^|\s)@([A-Za-z0-9_.:@|+~=-]*)$/.exec(text) ?? [];
  const isOpen = begun !== undefined && closedFor !== text;
  const found = isOpen
    ? members
        .map(({ user_id }) => user_id)
        .filter(
          (user) => user !== self && user !== begun && user.toLowerCase().startsWith(begun.toLowerCase()),
        )
        .slice(0, suggestionsMax)
    : [];
  const chosen = Math.min(at, Math.max(0, found.length - 1));
  return {
    found,
    at: chosen,
    close: () => setAt(0),
    /** @returns true if the key was for the suggestions */
    onKey: (event: KeyboardEvent, choose: (user: string) => void): boolean => {
      const { key } = event;
      const user = found[chosen];
      if (user === undefined) return false;
      const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
      const step = steps[key];
      if (step !== undefined) setAt((chosen + step + found.length) % found.length);
      else if (key === 'Enter' || key === 'Tab') choose(user);
      else if (key === 'Escape') setClosedFor(text);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
