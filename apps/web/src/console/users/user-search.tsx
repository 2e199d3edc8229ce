/** The line in which the id of a user is typed. */
import { useId, useState } from 'react';
import { go, pathOf } from '../router/place.ts';
import { strings } from '../strings.ts';

export function UserSearch() {
  const [userId, setUserId] = useState('');
  const id = useId();
  return (
    <form
      className="search-line"
      onSubmit={(event) => {
        event.preventDefault();
        if (userId !== '') go(pathOf('users', userId));
      }}
    >
      <label htmlFor={id}>{strings.users.id}</label>
      <input
        id={id}
        type="search"
        value={userId}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => setUserId(event.currentTarget.value.trim())}
      />
      <button type="submit" className="button is-main" disabled={userId === ''}>
        {strings.users.open}
      </button>
    </form>
  );
}
