/** The line that finds one member by its id, however many there are. */
import { useId, useState } from 'react';
import { strings } from '../strings.ts';

const texts = strings.members;

/** @param onSeek gets the id, or an empty text when the field is cleared */
export function MemberSearch({ onSeek }: { readonly onSeek: (userId: string) => void }) {
  const [userId, setUserId] = useState('');
  const id = useId();
  return (
    <form
      className="find-line"
      onSubmit={(event) => {
        event.preventDefault();
        onSeek(userId);
      }}
    >
      <label htmlFor={id} className="unseen">
        {texts.find}
      </label>
      <input
        id={id}
        type="search"
        value={userId}
        placeholder={texts.find}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => {
          const typed = event.currentTarget.value.trim();
          setUserId(typed);
          if (typed === '') onSeek('');
        }}
      />
      <button type="submit" className="button is-small" disabled={userId === ''}>
        {texts.seek}
      </button>
    </form>
  );
}
