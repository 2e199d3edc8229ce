/** The dialogs of the playground. Their code is loaded when the first of them is opened. */
import type { GroupType } from '@plenum/protocol';
import { usePlenum } from '@plenum/react';
import { useEffect, useState } from 'react';
import { encode } from 'uqr';
import { Field, FormWindow } from '../parts/form.tsx';
import { partStrings } from '../parts/part-strings.ts';
import { Window } from '../parts/window.tsx';
import { devToken } from '../session/settings.ts';
import { groupTypes, strings } from '../strings.ts';

export type DialogRequest =
  | { readonly type: 'create' }
  | { readonly type: 'join' }
  | { readonly type: 'invite link'; readonly code: string }
  | { readonly type: 'person'; readonly title: string; readonly onName: (userId: string) => void }
  /** `token`: null if the node gives one. */
  | { readonly type: 'phone'; readonly userId: string; readonly token: string | null };

interface DialogsProps {
  readonly asked: DialogRequest;
  readonly lanHosts: readonly string[];
  readonly onOpenGroup: (groupId: string) => void;
  readonly onClose: () => void;
}

const types = ['public', 'private', 'strict_private'] as const satisfies readonly GroupType[];
const isGroupType = (text: string | undefined): text is GroupType => types.some((type) => type === text);

export function Dialogs({ asked, lanHosts, onOpenGroup, onClose }: DialogsProps) {
  if (asked.type === 'phone') return <PhoneWindow {...asked} lanHosts={lanHosts} onClose={onClose} />;
  if (asked.type === 'person') return <PersonWindow {...asked} onClose={onClose} />;
  const shared = { onOpenGroup, onClose };
  if (asked.type === 'create') return <CreateWindow {...shared} />;
  if (asked.type === 'join') return <JoinWindow {...shared} />;
  return <InviteWindow {...shared} code={asked.code} />;
}

/** What these dialogs do, the person does in whose device they are. */
interface OfPerson {
  readonly onOpenGroup: (groupId: string) => void;
  readonly onClose: () => void;
}

function CreateWindow({ onOpenGroup, onClose }: OfPerson) {
  const { client } = usePlenum();
  const create = async ({ id = '', type, name = '' }: Readonly<Record<string, string>>) => {
    const settings = name === '' ? {} : { metadata: { title: name } };
    const made = await client.create(id, isGroupType(type) ? type : 'public', settings);
    if (!made.ok) return strings.failure(made.failure.code, made.failure.error);
    onOpenGroup(id);
    return null;
  };
  return (
    <FormWindow
      title={strings.create.title}
      submit={strings.create.submit}
      onSubmit={create}
      onClose={onClose}
    >
      <Field name="id" label={strings.create.id} hint={strings.create.idHint} isFirst isRequired />
      <fieldset className="choices">
        <legend>{strings.create.type}</legend>
        {types.map((type) => (
          <label key={type} className="choice">
            <input type="radio" name="type" value={type} defaultChecked={type === 'public'} />
            <span>
              <b>{groupTypes[type].name}</b>
              <span className="hint">{groupTypes[type].about}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field name="name" label={strings.create.name} />
    </FormWindow>
  );
}

function JoinWindow({ onOpenGroup, onClose }: OfPerson) {
  const { client } = usePlenum();
  const join = async ({ id = '', note = '' }: Readonly<Record<string, string>>) => {
    const joined = await client.join(id, { ensure: true, ...(note === '' ? {} : { note }) });
    if (!joined.ok) return strings.failure(joined.failure.code, joined.failure.error);
    onOpenGroup(id);
    return null;
  };
  return (
    <FormWindow
      title={strings.joinDialog.title}
      submit={strings.joinDialog.submit}
      onSubmit={join}
      onClose={onClose}
    >
      <Field name="id" label={strings.joinDialog.id} isFirst isRequired />
      <Field name="note" label={strings.joinDialog.note} />
    </FormWindow>
  );
}

function InviteWindow({ code, onOpenGroup, onClose }: OfPerson & { readonly code: string }) {
  const { client, userId } = usePlenum();
  const { joinDialog: words } = strings;
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    void client.request('preview_invite', { code }).then((preview) => {
      if (preview.ok) setText(words.inviteText(preview.result.group_id, preview.result.members_count));
      else setProblem(strings.failure(preview.failure.code, preview.failure.error));
    });
  }, [client, code]);
  if (problem !== null) {
    return (
      <Window title={words.inviteTitle} onClose={onClose}>
        <div className="form">
          <p className="problem" role="alert">
            {problem}
          </p>
          <p>{words.inviteWrong}</p>
          <div className="form-acts">
            <button type="button" className="button is-main" onClick={onClose}>
              {partStrings.close}
            </button>
          </div>
        </div>
      </Window>
    );
  }
  const join = async () => {
    const joined = await client.joinByInvite(code);
    if (!joined.ok) return strings.failure(joined.failure.code, joined.failure.error);
    if (joined.result.group_id !== undefined) onOpenGroup(joined.result.group_id);
    return null;
  };
  return (
    <FormWindow title={words.inviteTitle} submit={strings.chat.join} onSubmit={join} onClose={onClose}>
      <p>{text ?? strings.loading}</p>
      <p className="hint">{words.inviteAs(userId)}</p>
    </FormWindow>
  );
}

interface PersonWindowProps {
  readonly title: string;
  readonly onName: (userId: string) => void;
  readonly onClose: () => void;
}

function PersonWindow({ title, onName, onClose }: PersonWindowProps) {
  const name = ({ id = '' }: Readonly<Record<string, string>>) => {
    onName(id);
    return Promise.resolve(null);
  };
  return (
    <FormWindow title={title} submit={strings.person.submit} onSubmit={name} onClose={onClose}>
      <Field name="id" label={strings.person.id} hint={strings.create.idHint} isFirst isRequired />
    </FormWindow>
  );
}

interface PhoneWindowProps {
  readonly userId: string;
  /** Null: the node gives one. */
  readonly token: string | null;
  readonly lanHosts: readonly string[];
  readonly onClose: () => void;
}

const { phone } = strings;

function PhoneWindow({ userId, token, lanHosts, onClose }: PhoneWindowProps) {
  const { hostname, host: here } = globalThis.location;
  const isLocal = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  const hosts = isLocal ? lanHosts : [here];
  const [chosen, setChosen] = useState<string | undefined>(hosts[0]);
  if (chosen === undefined) {
    return (
      <Window title={phone.title} onClose={onClose}>
        <div className="form">
          <p>{phone.localText}</p>
          <pre className="code">{phone.localCommand}</pre>
          <p>{phone.localThen}</p>
        </div>
      </Window>
    );
  }
  return (
    <Window title={phone.title} onClose={onClose}>
      <div className="form">
        <p>{phone.text}</p>
        <PhoneCode origin={originOf(chosen)} userId={userId} token={token} />
        {hosts.length === 1 ? null : (
          <label className="setting">
            {phone.network}
            <select value={chosen} onChange={({ target }) => setChosen(target.value)}>
              {hosts.map((host) => (
                <option key={host}>{host}</option>
              ))}
            </select>
          </label>
        )}
        <p className="hint">{phone.withToken(userId)}</p>
      </div>
    </Window>
  );
}

/** @param host without a port: on that of this page */
function originOf(host: string): string {
  const { protocol, port } = globalThis.location;
  const { port: ownPort } = new URL(`${protocol}//${host}`);
  return `${protocol}//${host}${ownPort === '' && port !== '' ? `:${port}` : ''}`;
}

interface PhoneCodeProps {
  readonly origin: string;
  readonly userId: string;
  readonly token: string | null;
}

/** The address with a token in its fragment, which is in no log of any server. */
function PhoneCode({ origin, userId, token: given }: PhoneCodeProps) {
  const [token, setToken] = useState(given);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (given === null) devToken(userId).then(setToken, (error: unknown) => setProblem(String(error)));
  }, [given, userId]);
  if (problem !== null) return <p className="problem">{problem}</p>;
  if (token === null) return <p className="hint">{strings.loading}</p>;
  const address = `${origin}/?${new URLSearchParams({ user: userId })}`;
  return (
    <>
      <QrCode text={`${address}#token=${token}`} />
      <p className="address">{address}</p>
    </>
  );
}

function QrCode({ text }: { readonly text: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={strings.phone.code}>
      <path d={path} />
    </svg>
  );
}
