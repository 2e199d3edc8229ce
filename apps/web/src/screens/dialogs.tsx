/** The dialogs of the playground. Their code is loaded when the first of them is opened. */
import type { GroupType } from '@plenum/protocol';
import { usePlenum } from '@plenum/react';
import { useEffect, useState } from 'react';
import { encode } from 'uqr';
import { Field, FormWindow } from '../parts/form.tsx';
import { Window } from '../parts/window.tsx';
import { groupTypes, strings } from '../strings.ts';

export type DialogRequest =
  | { readonly type: 'create' }
  | { readonly type: 'join' }
  | { readonly type: 'invite link'; readonly code: string }
  | { readonly type: 'person'; readonly title: string; readonly onName: (userId: string) => void }
  | { readonly type: 'phone'; readonly users: readonly string[]; readonly token: string | null };

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
  const { client } = usePlenum();
  const [text, setText] = useState<string>(strings.loading);
  useEffect(() => {
    void client
      .request('preview_invite', { code })
      .then((preview) =>
        setText(
          preview.ok
            ? strings.joinDialog.inviteText(preview.result.group_id, preview.result.members_count)
            : strings.failure(preview.failure.code, preview.failure.error),
        ),
      );
  }, [client, code]);
  const join = async () => {
    const joined = await client.joinByInvite(code);
    if (!joined.ok) return strings.failure(joined.failure.code, joined.failure.error);
    if (joined.result.group_id !== undefined) onOpenGroup(joined.result.group_id);
    return null;
  };
  return (
    <FormWindow
      title={strings.joinDialog.inviteTitle}
      submit={strings.chat.join}
      onSubmit={join}
      onClose={onClose}
    >
      <p>{text}</p>
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
  readonly users: readonly string[];
  readonly token: string | null;
  readonly lanHosts: readonly string[];
  readonly onClose: () => void;
}

function PhoneWindow({ users, token, lanHosts, onClose }: PhoneWindowProps) {
  const { hostname, port, protocol } = globalThis.location;
  const isLocal = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  const host = isLocal ? lanHosts[0] : hostname;
  const { phone } = strings;
  if (host === undefined) {
    return (
      <Window title={phone.title} onClose={onClose}>
        <div className="form">
          <p>
            <b>{phone.localTitle}</b> {phone.localText}
          </p>
          <pre className="code">{phone.localCommand}</pre>
          <p>{phone.localThen}</p>
        </div>
      </Window>
    );
  }
  const query = new URLSearchParams(users.map((user) => ['user', user]));
  const fragment = token === null ? '' : `#token=${token}`;
  const origin = `${protocol}//${host}${port === '' ? '' : `:${port}`}`;
  return (
    <Window title={phone.title} onClose={onClose}>
      <div className="form">
        <p>{phone.text}</p>
        <QrCode text={`${origin}/?${query}${fragment}`} />
        <p className="address">{`${origin}/?${query}`}</p>
        {token === null ? null : <p className="hint">{phone.withToken(users[0] ?? '')}</p>}
      </div>
    </Window>
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
