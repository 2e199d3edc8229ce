/**
 * The settings of a group as a form. Only what was changed is sent, with the seq at which the settings were read, so that a change made
 * meanwhile is not written over.
 */
import type { GroupInfo, RequestInput, RequestResult } from '@plenum/protocol';
import { useEffect, useRef, useState } from 'react';
import { CopyButton } from '../../parts/copy-button.tsx';
import { durationText } from '../parts/duration.ts';
import { ArgumentField, argumentOf, type FieldSpec, type Typed, typedIn } from '../parts/fields.tsx';
import { asCurl, type Call, callOf } from '../rest/call.ts';
import { CallFailure } from '../rest/failure.ts';
import { refreshAfterAct } from '../rest/queries.ts';
import { rest } from '../rest/rest.ts';
import { useProblemOf } from '../session/permission.ts';
import { strings } from '../strings.ts';
import type { PartProps } from './part.ts';

const texts = strings.settings;

type Changes = Omit<RequestInput<'update_group'>, 'group_id' | 'if_seq' | 'retention'>;
type Setting = keyof Omit<Changes, 'metadata'>;

const flag = { kind: 'choice', choices: ['true', 'false'], isRequired: true } as const;

/** Every setting that can be changed; the compiler names one that is missing. */
const fields: Readonly<Record<Setting, FieldSpec & { readonly name: Setting }>> = {
  posting: { name: 'posting', kind: 'choice', choices: ['members', 'admins', 'nobody'], isRequired: true },
  slow_mode_ms: { name: 'slow_mode_ms', kind: 'duration' },
  edit_window_ms: { name: 'edit_window_ms', kind: 'duration' },
  max_members: { name: 'max_members', kind: 'number' },
  accepts_needed: { name: 'accepts_needed', kind: 'number' },
  request_ttl_ms: { name: 'request_ttl_ms', kind: 'duration' },
  history: { name: 'history', kind: 'choice', choices: ['all', 'since_join'], isRequired: true },
  membership_events: {
    name: 'membership_events',
    kind: 'choice',
    choices: ['all', 'counts'],
    isRequired: true,
  },
  mute_survives_rejoin: { name: 'mute_survives_rejoin', ...flag },
  id_reserved_ms: { name: 'id_reserved_ms', kind: 'duration' },
};
const metadata: FieldSpec = { name: 'metadata', kind: 'json' };
/** They are sent as one, `retention`. */
const retentionFields: readonly FieldSpec[] = [
  { name: 'max_entries', kind: 'number' },
  { name: 'max_age_ms', kind: 'duration' },
];

const all: readonly FieldSpec[] = [...Object.values(fields), ...retentionFields, metadata];

/** What the form shows of the settings as they are. */
function shownOf(info: GroupInfo): Typed {
  const values: Readonly<Record<string, unknown>> = {
    mute_survives_rejoin: false,
    posting: 'members',
    history: 'all',
    membership_events: 'all',
    ...info,
    ...info.retention,
  };
  return Object.fromEntries(all.map((field) => [field.name, textOf(field, values[field.name])]));
}

function textOf({ kind }: FieldSpec, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (kind === 'duration' && typeof value === 'number') return durationText(value);
  return kind === 'json' ? JSON.stringify(value, null, 2) : String(value);
}

/** @throws Error with a text for the user */
function changesOf(typed: Typed, shown: Typed): Readonly<Record<string, unknown>> {
  const isChanged = ({ name }: FieldSpec) => typed[name] !== undefined && typed[name] !== shown[name];
  const changed = [...Object.values(fields), metadata].filter(isChanged);
  const given = changed.map((field) => [field.name, argumentFor(field, typed)] as const);
  if (!retentionFields.some(isChanged)) return Object.fromEntries(given);
  const retention = retentionFields
    .map((field) => [field.name, argumentOf(field, typed)] as const)
    .filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    retention: retention.length === 0 ? null : Object.fromEntries(retention),
  };
}

/** An emptied field takes the setting away. */
function argumentFor(field: FieldSpec, typed: Typed): unknown {
  const value = argumentOf(field, typed);
  return field.choices?.[0] === 'true' ? value === 'true' : (value ?? null);
}

/** The form keeps what is typed while the info is read anew: it begins again after a save, or when that is asked for. */
export function Settings({ groupId, info }: PartProps) {
  const [form, setForm] = useState({ base: info, times: 0 });
  /** Seq of the entry that a save has made, until the info that was read has it. */
  const [savedSeq, setSavedSeq] = useState<number | null>(null);
  const isThere = savedSeq !== null && (info.seq ?? 0) >= savedSeq;
  useEffect(() => {
    if (!isThere) return;
    setForm(({ times }) => ({ base: info, times: times + 1 }));
    setSavedSeq(null);
  }, [isThere, info]);
  return (
    <SettingsForm
      key={form.times}
      groupId={groupId}
      base={form.base}
      latest={info}
      onSaved={setSavedSeq}
      onAgain={() => setForm({ base: info, times: form.times + 1 })}
    />
  );
}

interface SettingsFormProps {
  readonly groupId: string;
  /** The settings as they were when the form began. */
  readonly base: GroupInfo;
  readonly latest: GroupInfo;
  readonly onSaved: (seq: number) => void;
  readonly onAgain: () => void;
}

function SettingsForm({ groupId, base, latest, onSaved, onAgain }: SettingsFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const shown = shownOf(base);
  const [typed, setTyped] = useState<Typed>(shown);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const refused = useProblemOf('groups');
  const draft = draftOf(groupId, base, typed, shown);
  const save = async () => {
    if (draft === null) return;
    if (typeof draft === 'string') return setProblem(draft);
    setBusy(true);
    try {
      const { seq } = await rest<RequestResult<'update_group'>>(draft);
      onSaved(seq);
      refreshAfterAct();
      setProblem(null);
    } catch (error) {
      const isConflict = error instanceof CallFailure && error.code === 'conflict';
      if (isConflict) refreshAfterAct();
      setProblem(isConflict ? texts.conflict : error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const isOld = latest.seq !== base.seq && changedBetween(base, latest);
  return (
    <form
      ref={form}
      className="settings"
      onInput={(event) => setTyped(typedIn(event.currentTarget))}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="settings-fields">
        {all.map((field) => (
          <ArgumentField key={field.name} field={{ ...field, value: shown[field.name] ?? '' }} />
        ))}
      </div>
      <footer className="settings-foot">
        <p className="problem" role="alert">
          {problem ?? (isOld ? texts.old : null)}
        </p>
        <p className="hint">
          {draft === null
            ? texts.unchanged
            : typeof draft === 'string'
              ? draft
              : texts.changed(Object.keys(draft.body ?? {}).filter((name) => name !== 'if_seq'))}
        </p>
        {draft === null || typeof draft === 'string' ? null : (
          <CopyButton text={strings.copyCurl} value={() => asCurl(draft)} />
        )}
        <button type="button" className="button" disabled={draft === null && !isOld} onClick={onAgain}>
          {isOld ? texts.readAgain : texts.reset}
        </button>
        <button
          type="submit"
          className="button is-main"
          disabled={isBusy || draft === null || refused !== null}
          title={refused ?? undefined}
        >
          {texts.save}
        </button>
      </footer>
    </form>
  );
}

const changedBetween = (one: GroupInfo, other: GroupInfo): boolean => {
  const [before, after] = [shownOf(one), shownOf(other)];
  return all.some(({ name }) => before[name] !== after[name]);
};

/** @returns null: nothing is changed; a text: what is typed makes no request */
function draftOf(groupId: string, { seq }: GroupInfo, typed: Typed, shown: Typed): Call | string | null {
  try {
    const changes = changesOf(typed, shown);
    if (Object.keys(changes).length === 0) return null;
    return callOf('update_group', {
      group_id: groupId,
      ...changes,
      ...(seq === undefined ? {} : { if_seq: seq }),
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
