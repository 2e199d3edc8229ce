/** The whole page: one or two people, each before a device of its own, and the raw log beside them. */
import type { PlaygroundSettings } from '@plenum/protocol';
import { PlenumProvider } from '@plenum/react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { LogPanel } from '../parts/log-panel.tsx';
import { TopBar } from '../parts/top-bar.tsx';
import {
  type Address,
  addressOf,
  forgetToken,
  keepToken,
  readAddress,
  writeUsers,
} from '../session/address.ts';
import { Person } from '../session/person.ts';
import { readSettings, userOfToken } from '../session/settings.ts';
import { strings } from '../strings.ts';
import { Device } from './device.tsx';
import type { DialogRequest } from './dialogs.tsx';
import { NoNode } from './no-node.tsx';
import { SignIn } from './sign-in.tsx';

const Dialogs = lazy(() => import('./dialogs.tsx').then((module) => ({ default: module.Dialogs })));

export function Playground() {
  const [settings, setSettings] = useState<PlaygroundSettings | null>(null);
  const [isAway, setAway] = useState(false);
  const read = useCallback(() => {
    readSettings().then(setSettings, () => setAway(true));
  }, []);
  useEffect(read, [read]);
  if (settings !== null) return <Entrance settings={settings} />;
  return isAway ? <NoNode onAgain={read} /> : null;
}

/** In dev mode all users of the address come in; otherwise the user of the token. */
function Entrance({ settings }: { readonly settings: PlaygroundSettings }) {
  const [address, setAddress] = useState<Address>(readAddress);
  const { has_dev_tokens } = settings;
  const token = has_dev_tokens ? null : address.token;
  const owner = token === null ? null : userOfToken(token);
  if (!has_dev_tokens && owner === null)
    return (
      <SignIn
        onToken={(given) => {
          keepToken(given);
          setAddress(readAddress());
        }}
      />
    );
  const users = owner === null ? address.users : [owner];
  const change = (next: readonly string[]) => {
    writeUsers(next);
    setAddress({ ...address, users: next });
  };
  return (
    <Desk
      settings={settings}
      users={users}
      token={token}
      invite={address.invite}
      onUsers={has_dev_tokens ? change : null}
      onSignIn={
        has_dev_tokens
          ? null
          : () => {
              forgetToken();
              setAddress(readAddress());
            }
      }
    />
  );
}

interface DeskProps {
  readonly settings: PlaygroundSettings;
  readonly users: readonly string[];
  readonly token: string | null;
  readonly invite: string | null;
  /** Null: the people are given by tokens. */
  readonly onUsers: ((users: readonly string[]) => void) | null;
  /** Asks for another token; null: the node gives tokens. */
  readonly onSignIn: (() => void) | null;
}

/** Below this width one device is shown at a time, and the raw log lies over it. */
const isNarrow = () => matchMedia('(max-width: 760px)').matches;

function Desk({ settings, users, token, invite, onUsers, onSignIn }: DeskProps) {
  const [first = '', second] = users;
  const firstPerson = usePerson(first, settings, token);
  const secondPerson = usePerson(second ?? null, settings, token);
  const people = useMemo(
    () => [firstPerson, secondPerson].filter((person) => person !== null),
    [firstPerson, secondPerson],
  );
  const [hasLog, setLog] = useState(() => !isNarrow() && innerWidth > 1100);
  const [shownUser, setShownUser] = useState(first);
  const [asked, setAsked] = useState<DialogRequest | null>(null);
  const shown = people.find(({ userId }) => userId === shownUser) ?? people[0];
  if (shown === undefined) return null;
  const replace = (from: string, to: string) => {
    onUsers?.(
      users.map((user) => (user === from ? to : user)).filter((user, at, all) => all.indexOf(user) === at),
    );
  };
  return (
    <div className={hasLog ? 'page has-log' : 'page'}>
      <TopBar
        settings={settings}
        people={people}
        shown={shown}
        hasLog={hasLog}
        onShow={setShownUser}
        onLog={() => setLog(!hasLog)}
        onPhone={() => setAsked({ type: 'phone', userId: shown.userId, token })}
        onSecond={
          onUsers === null || second !== undefined
            ? null
            : () =>
                setAsked({
                  ...{ type: 'person', title: strings.person.add },
                  onName: (name) => onUsers([first, name]),
                })
        }
      />
      <main className="desk">
        {people.map((person) => (
          <PlenumProvider key={person.key} userId={person.userId} {...person.clientOptions}>
            <Device
              person={person}
              invite={person === people[0] ? invite : null}
              isShown={person === shown}
              onSignIn={onSignIn}
              onAlone={
                people.length > 1 ? () => open(addressOf([person.userId]), '_blank', 'noopener') : null
              }
              onAnother={
                onUsers === null
                  ? null
                  : () =>
                      setAsked({
                        ...{ type: 'person', title: strings.person.title },
                        onName: (name) => replace(person.userId, name),
                      })
              }
            />
          </PlenumProvider>
        ))}
      </main>
      {hasLog ? (
        <LogPanel people={people} shown={shown} onShow={setShownUser} onClose={() => setLog(false)} />
      ) : null}
      {asked === null ? null : (
        <Suspense fallback={null}>
          <Dialogs
            asked={asked}
            lanHosts={settings.lan_hosts}
            onOpenGroup={() => undefined}
            onClose={() => setAsked(null)}
          />
        </Suspense>
      )}
    </div>
  );
}

/** The same person until the user is another one. */
const usePerson = (userId: string | null, settings: PlaygroundSettings, token: string | null) =>
  useMemo(() => (userId === null ? null : new Person(userId, settings, token)), [userId, settings, token]);
