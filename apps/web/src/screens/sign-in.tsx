/** Where the node gives no tokens to pages: the person brings one. */
import { useId, useState } from 'react';
import { Notice } from '../parts/notice.tsx';
import { userOfToken } from '../session/settings.ts';
import { strings } from '../strings.ts';

export function SignIn({ onToken }: { readonly onToken: (token: string) => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const { signIn } = strings;
  return (
    <Notice>
      <form
        className="form sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          const token = String(new FormData(event.currentTarget).get('token') ?? '').trim();
          if (userOfToken(token) === null) setProblem(signIn.notAToken);
          else onToken(token);
        }}
      >
        <h1>{signIn.title}</h1>
        <p>{signIn.text}</p>
        <pre className="code">{signIn.command}</pre>
        <div className="field">
          <label htmlFor={id}>{signIn.token}</label>
          <input id={id} name="token" autoComplete="off" spellCheck={false} required />
        </div>
        <p className="problem" role="alert">
          {problem}
        </p>
        <div className="form-acts">
          <button type="submit" className="button is-main">
            {signIn.submit}
          </button>
        </div>
      </form>
    </Notice>
  );
}
