/** The first page of a tab that has no admin token. */
import { useId, useRef, useState } from 'react';
import { Mark } from '../../parts/mark.tsx';
import { strings } from '../strings.ts';
import { signIn } from './enter.ts';

/** @param reason why the session before ended */
export function SignIn({ reason }: { readonly reason: string | null }) {
  const [problem, setProblem] = useState(reason);
  const [isBusy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const texts = strings.signIn;
  const submit = async () => {
    setBusy(true);
    const refusal = await signIn(input.current?.value.trim() ?? '');
    setBusy(false);
    setProblem(refusal);
    if (refusal !== null) input.current?.select();
  };
  return (
    <main className="entrance">
      <form
        className="form sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Mark />
        <h1>{texts.title}</h1>
        <p>{texts.text}</p>
        <div className="field">
          <label htmlFor={id}>{texts.token}</label>
          <input
            ref={input}
            id={id}
            name="token"
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            aria-describedby={`${id}-problem`}
            aria-invalid={problem !== null}
          />
          <p id={`${id}-problem`} className="problem" role="alert">
            {problem}
          </p>
        </div>
        <div className="form-acts">
          <button type="submit" className="button is-main" disabled={isBusy}>
            {isBusy ? texts.busy : texts.submit}
          </button>
        </div>
        <p className="hint">{texts.devText}</p>
        <p className="hint">{texts.commandText}</p>
        <pre className="code">{`${texts.command}${globalThis.location.origin}`}</pre>
      </form>
    </main>
  );
}
