/**
 * The dialog of every act: its fields, the request as it will be sent, and the refusal if it is refused. What takes something
 * away asks for the name of what it is about.
 */
import type { AdminScope } from '@plenum/protocol';
import { type ReactNode, useId, useRef, useState } from 'react';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Window } from '../../parts/window.tsx';
import { asCurl, type Call } from '../rest/call.ts';
import { refreshAfterAct } from '../rest/queries.ts';
import { rest } from '../rest/rest.ts';
import { useProblemOf } from '../session/permission.ts';
import { strings } from '../strings.ts';
import { type Typed, typedIn } from './fields.tsx';

export interface CallWindowProps {
  readonly title: string;
  readonly about?: string;
  /** Text of the button that sends. */
  readonly submit: string;
  readonly scope: AdminScope;
  /** True, or true for what is typed: it takes something away. */
  readonly isDestructive?: boolean | ((typed: Typed) => boolean);
  /** The name of what it is about, which has to be typed before something is taken away. Absent: nothing has to be typed. */
  readonly name?: string;
  /** True: no field comes before it. */
  readonly isNameFirst?: boolean;
  /** @throws Error with a text for the user if the fields make no call */
  readonly callOf: (typed: Typed) => Call;
  /** Shows the answer before the window closes. Absent, or null: it closes at once. */
  readonly answered?: (answer: unknown) => ReactNode;
  readonly onDone?: (answer: unknown) => void;
  readonly onClose: () => void;
  /** The fields. */
  readonly children?: ReactNode;
}

export function CallWindow(props: CallWindowProps) {
  const { title, about, submit, scope, name, callOf, children } = props;
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState<Typed>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<ReactNode>(null);
  const refused = useProblemOf(scope);
  const draft = drafted(callOf, typed);
  const { isDestructive: given = false } = props;
  const isDestructive = typeof given === 'boolean' ? given : given(typed);
  const nameToType = isDestructive ? name : undefined;
  const isNamed = nameToType === undefined || typed['$name']?.trim() === nameToType;
  const send = async () => {
    if (form.current === null || isBusy || !isNamed) return;
    const made = drafted(callOf, typedIn(form.current));
    if (typeof made === 'string') return setProblem(made);
    setBusy(true);
    try {
      const done = await rest<unknown>(made);
      props.onDone?.(done);
      refreshAfterAct();
      const shown = props.answered?.(done) ?? null;
      if (shown === null) props.onClose();
      else setAnswer(shown);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  if (answer !== null)
    return (
      <Window title={title} onClose={props.onClose}>
        <div className="form">
          {answer}
          <div className="form-acts">
            <button type="button" className="button is-main" onClick={props.onClose}>
              {strings.close}
            </button>
          </div>
        </div>
      </Window>
    );
  return (
    <Window title={title} onClose={props.onClose}>
      <form
        ref={form}
        className="form"
        onInput={(event) => setTyped(typedIn(event.currentTarget))}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {about === undefined ? null : <p className="hint">{about}</p>}
        {children}
        {nameToType === undefined ? null : (
          <NameField name={nameToType} isFirst={props.isNameFirst === true} />
        )}
        <RequestPreview draft={draft} />
        <p className="problem" role="alert">
          {refused ?? problem}
        </p>
        <div className="form-acts">
          <button type="button" className="button" onClick={props.onClose}>
            {strings.cancel}
          </button>
          <button
            type="submit"
            className={isDestructive ? 'button is-destructive' : 'button is-main'}
            disabled={refused !== null || !isNamed}
            aria-disabled={isBusy}
          >
            {submit}
          </button>
        </div>
      </form>
    </Window>
  );
}

/** @returns the call, or why there is none yet */
function drafted(callOf: CallWindowProps['callOf'], typed: Typed): Call | string {
  try {
    return callOf(typed);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function NameField({ name, isFirst }: { readonly name: string; readonly isFirst: boolean }) {
  const id = useId();
  const plain = { autoComplete: 'off', autoCapitalize: 'off', spellCheck: false };
  const field = { id, name: '$name', autoFocus: isFirst, ...plain };
  return (
    <div className="field">
      <label htmlFor={id}>{strings.acts.typeName}</label>
      <p className="id-text mono">{name}</p>
      <input {...field} />
    </div>
  );
}

function RequestPreview({ draft }: { readonly draft: Call | string }) {
  return (
    <details className="preview">
      <summary>
        {strings.acts.request}
        {typeof draft === 'string' ? null : (
          <span className="call-path">{` ${draft.method} ${draft.path}`}</span>
        )}
      </summary>
      {typeof draft === 'string' ? (
        <p className="hint">{draft}</p>
      ) : (
        <>
          <pre className="code">{asCurl(draft)}</pre>
          <CopyButton text={strings.copyCurl} value={() => asCurl(draft)} />
        </>
      )}
    </details>
  );
}
