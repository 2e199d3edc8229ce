/** The fields of a form that sends a request, and how what was typed becomes an argument of it. */
import { useId } from 'react';
import { fieldTexts } from '../act-strings.ts';
import { strings } from '../strings.ts';
import { durationMs } from './duration.ts';

type FieldName = keyof typeof fieldTexts;

export interface FieldSpec {
  readonly name: FieldName;
  readonly kind: 'text' | 'long text' | 'number' | 'duration' | 'json' | 'flag' | 'ids' | 'choice';
  /** Values of a choice. The first is chosen, unless the field may be left out. */
  readonly choices?: readonly string[];
  readonly isRequired?: boolean;
  /** What it has at first. */
  readonly value?: string;
  /** True: few need it, so it is behind a word that opens it. */
  readonly isExtra?: boolean;
  /** True: an act in which it is filled takes something away. */
  readonly isDestructive?: boolean;
  /** Which suggestion of the place it takes. Default: that of its own name. */
  readonly suggestion?: string;
}

/** What a form has: the text of each field by its name. */
export type Typed = Readonly<Record<string, string>>;

export const typedIn = (form: HTMLFormElement): Typed =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));

/** @returns the argument; undefined: it is left out. @throws Error with a text for the user if it is none */
export function argumentOf({ name, kind }: FieldSpec, typed: Typed): unknown {
  const text = typed[name] ?? '';
  if (text.trim() === '') return undefined;
  const label = fieldTexts[name].label;
  if (kind === 'number') return numberOf(text, label);
  if (kind === 'flag') return true;
  if (kind === 'json') return jsonOf(text, label);
  if (kind === 'duration') {
    const ms = durationMs(text);
    if (ms === null) throw new Error(strings.fields.noDuration(label));
    return ms;
  }
  if (kind === 'ids') return text.split(/[\s,]+/).filter((id) => id !== '');
  return kind === 'long text' ? text : text.trim();
}

export function argumentsOf(fields: readonly FieldSpec[], typed: Typed): Readonly<Record<string, unknown>> {
  const given = fields.map((field) => [field.name, argumentOf(field, typed)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function numberOf(text: string, label: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(strings.fields.noNumber(label));
  return value;
}

function jsonOf(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(strings.fields.noJson(label));
  }
}

interface ArgumentFieldProps {
  readonly field: FieldSpec;
  readonly isFirst?: boolean;
}

export function ArgumentField({ field, isFirst = false }: ArgumentFieldProps) {
  const { name, kind, choices = [], isRequired = false, value } = field;
  const id = useId();
  const texts: { readonly label: string; readonly hint?: string } = fieldTexts[name];
  const hint = texts.hint ?? (kind === 'duration' ? strings.fields.durationHint : undefined);
  const shared = {
    id,
    name,
    defaultValue: value,
    required: isRequired,
    autoFocus: isFirst,
    'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
  };
  if (kind === 'flag')
    return (
      <label className="choice">
        <input type="checkbox" name={name} value="true" defaultChecked={value === 'true'} />
        <span>
          <b>{texts.label}</b>
          {hint === undefined ? null : <span className="hint">{hint}</span>}
        </span>
      </label>
    );
  return (
    <div className="field">
      <label htmlFor={id}>{texts.label}</label>
      {kind === 'choice' ? (
        <select {...shared}>
          {isRequired ? null : <option value="">{strings.fields.unset}</option>}
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {strings.choice(choice)}
            </option>
          ))}
        </select>
      ) : kind === 'long text' || kind === 'json' || kind === 'ids' ? (
        <textarea
          {...shared}
          rows={3}
          spellCheck={kind === 'long text'}
          className={kind === 'json' ? 'mono' : ''}
        />
      ) : (
        <input
          {...shared}
          inputMode={kind === 'number' ? 'numeric' : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
      )}
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
    </div>
  );
}
