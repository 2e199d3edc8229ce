/** The device of one person: its groups, the open conversation, and its connection. */
import { useGroups, usePlenum } from '@plenum/react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Avatar } from '../parts/avatar.tsx';
import { ConnectionMenu } from '../parts/connection-menu.tsx';
import { ConversationPane } from '../parts/conversation-pane.tsx';
import { GroupList } from '../parts/group-list.tsx';
import { RefusalNote } from '../parts/refusal-note.tsx';
import { useOpenGroup } from '../session/open-groups.ts';
import type { Person } from '../session/person.ts';
import { strings } from '../strings.ts';
import type { DialogRequest } from './dialogs.tsx';

const Dialogs = lazy(() => import('./dialogs.tsx').then((module) => ({ default: module.Dialogs })));

interface DeviceProps {
  readonly person: Person;
  /** The code of an invite link that the address has. */
  readonly invite: string | null;
  /** On a narrow page one device is shown at a time. */
  readonly isShown: boolean;
  /** Opens this person in a tab of its own; null: it is alone already. */
  readonly onAlone: (() => void) | null;
  readonly onAnother: (() => void) | null;
  /** Asks for another token; null: the node gives tokens. */
  readonly onSignIn: (() => void) | null;
}

/** The group in which all people are in dev mode, from the first moment on. */
const firstGroup = 'lobby';

export function Device({ person, invite, isShown, onAlone, onAnother, onSignIn }: DeviceProps) {
  const { userId } = usePlenum();
  const { groups, reload } = useGroups();
  const [chosen, choose] = useOpenGroup(userId);
  const [asked, setAsked] = useState<DialogRequest | null>(
    invite === null ? null : { type: 'invite link', code: invite },
  );
  useFirstGroup(person, chosen, choose);
  const open = chosen ?? null;
  return (
    <section
      className={['device', isShown ? '' : 'is-behind', open === null ? 'has-list' : 'has-group'].join(' ')}
      aria-label={userId}
    >
      <header className="device-head">
        <Avatar userId={userId} />
        <h2 className="device-name">
          <bdi>{userId}</bdi>
        </h2>
        <ConnectionMenu person={person} onAlone={onAlone} onAnother={onAnother} />
      </header>
      <RefusalNote person={person} onSignIn={onSignIn} onAnother={onAnother} />
      <div className="device-body">
        <GroupList
          groups={groups}
          open={open}
          onOpen={(groupId) => choose(groupId)}
          onCreate={() => setAsked({ type: 'create' })}
          onFind={() => setAsked({ type: 'join' })}
        />
        {open === null ? (
          <div className="conversation is-empty">
            <p>{strings.groups.choose}</p>
            <p className="hint">{strings.groups.emptyHint}</p>
          </div>
        ) : (
          <ConversationPane
            key={open}
            groupId={open}
            row={groups?.find(({ group_id }) => group_id === open) ?? null}
            onBack={() => choose(null)}
          />
        )}
      </div>
      {asked === null ? null : (
        <Suspense fallback={null}>
          <Dialogs
            asked={asked}
            lanHosts={[]}
            onOpenGroup={(groupId) => {
              void reload();
              choose(groupId);
            }}
            onClose={() => setAsked(null)}
          />
        </Suspense>
      )}
    </section>
  );
}

type Choose = ReturnType<typeof useOpenGroup>[1];

/** In dev mode a person whose page opens no group yet comes into the first one, which the first person creates. */
function useFirstGroup(person: Person, chosen: string | null | undefined, choose: Choose): void {
  const { client } = usePlenum();
  const entered = useRef<Person | null>(null);
  const isOpen = chosen !== undefined;
  useEffect(() => {
    if (isOpen || entered.current === person || !person.settings.has_dev_tokens) return;
    entered.current = person;
    void enter(client).then((isIn) => isIn && choose(firstGroup, { isReplacing: true }));
  }, [client, person, isOpen, choose]);
}

/** @returns false: the person has gone before the answer */
async function enter(client: ReturnType<typeof usePlenum>['client']): Promise<boolean> {
  const joined = await client.join(firstGroup, { ensure: true });
  if (joined.ok) return true;
  if (joined.failure.code !== 'group_not_found') return false;
  const made = await client.create(firstGroup, 'public');
  return made.ok || (await client.join(firstGroup, { ensure: true })).ok;
}
