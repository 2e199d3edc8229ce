/** The question with which most problems of users begin. It leads to the answer, or without a group to the groups of the user. */
import { type FormEvent, useId } from 'react';
import { go, pathOf } from '../router/place.ts';
import { strings } from '../strings.ts';
import { actions } from './actions.ts';

interface WhyBoxProps {
  readonly group?: string;
  readonly user?: string;
  readonly action?: string;
}

const texts = strings.explain;

function ask(event: FormEvent<HTMLFormElement>): void {
  event.preventDefault();
  const fields = new FormData(event.currentTarget);
  const [group = '', user = '', action = ''] = ['group', 'user', 'action'].map((name) =>
    String(fields.get(name) ?? '').trim(),
  );
  if (user === '') return;
  go(group === '' ? pathOf('users', user) : `/explain?${new URLSearchParams({ group, user, action })}`);
}

export function WhyBox({ group = '', user = '', action = 'send' }: WhyBoxProps) {
  const id = useId();
  return (
    <form className="why-box" aria-label={texts.title} onSubmit={ask} key={`${group} ${user} ${action}`}>
      <div className="field">
        <label htmlFor={`${id}-user`}>{texts.user}</label>
        <input id={`${id}-user`} name="user" defaultValue={user} required {...plain} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-action`}>{texts.action}</label>
        <select id={`${id}-action`} name="action" defaultValue={action}>
          {actions.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-group`}>{texts.group}</label>
        <input id={`${id}-group`} name="group" defaultValue={group} placeholder={texts.anyGroup} {...plain} />
      </div>
      <button type="submit" className="button is-main">
        {texts.submit}
      </button>
    </form>
  );
}

const plain = { autoComplete: 'off', autoCapitalize: 'off', spellCheck: false } as const;
