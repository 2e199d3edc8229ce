/** A dialog with fields: what was refused is shown in it, and what was typed stays. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { partStrings } from './part-strings.ts';
import { Window } from './window.tsx';

interface FormProps {
  readonly title: string;
  readonly submit: string;
  /** @returns the text of the refusal; null closes the dialog */
  readonly onSubmit: (fields: Readonly<Record<string, string>>) => Promise<string | null>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

export function FormWindow({ title, submit, onSubmit, onClose, children }: FormProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = async (form: HTMLFormElement) => {
    if (isBusy) return;
    setBusy(true);
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()] as const);
    const refusal = await onSubmit(Object.fromEntries(fields));
    setBusy(false);
    if (refusal === null) onClose();
    else setProblem(refusal);
  };
  return (
    <Window title={title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send(event.currentTarget);
        }}
      >
        {children}
        <p className="problem" role="alert">
          {problem}
        </p>
        <div className="form-acts">
          <button type="button" className="button" onClick={onClose}>
            {partStrings.cancel}
          </button>
          {/* A button that is disabled would lose the focus, and with it the keys of the dialog. */}
          <button type="submit" className="button is-main" aria-disabled={isBusy}>
            {submit}
          </button>
        </div>
      </form>
    </Window>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string;
  readonly isFirst?: boolean;
  readonly isRequired?: boolean;
}

export function Field({ name, label, hint, value, isFirst = false, isRequired = false }: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst) input.current?.focus();
  }, [isFirst]);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={input}
        id={id}
        name={name}
        defaultValue={value}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        required={isRequired}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
    </div>
  );
}
