/** Who may send, and the ways out of a group. */
import type { Posting } from '@plenum/protocol';
import { usePlenum } from '@plenum/react';
import { useState } from 'react';
import { strings } from '../strings.ts';
import type { OfGroup } from './members-part.tsx';

const { members: words } = strings;
const postings = ['members', 'admins', 'nobody'] as const satisfies readonly Posting[];

export function GroupEnds({
  groupId,
  act,
  posting,
  isAdmin,
}: OfGroup & { readonly posting: Posting; readonly isAdmin: boolean }) {
  const { client } = usePlenum();
  const [isSure, setSure] = useState(false);
  return (
    <section className="part ends">
      {isAdmin ? (
        <label className="setting">
          {words.posting}
          <select
            value={posting}
            onChange={({ target }) => {
              const next = postings.find((value) => value === target.value);
              if (next !== undefined)
                void act(client.request('update_group', { group_id: groupId, posting: next }));
            }}
          >
            {postings.map((value) => (
              <option key={value} value={value}>
                {words.postingText(value)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <button type="button" className="link" onClick={() => void act(client.leave(groupId))}>
        {words.leave}
      </button>
      {isAdmin ? (
        <button
          type="button"
          className="link is-destructive"
          onClick={() =>
            isSure ? void act(client.request('delete_group', { group_id: groupId })) : setSure(true)
          }
        >
          {isSure ? `${words.deleteGroup}? ${words.deleteSure}` : words.deleteGroup}
        </button>
      ) : null}
    </section>
  );
}
