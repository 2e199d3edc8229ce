/** The dialog of an act of the table. */
import type { ReactNode } from 'react';
import { restRoutes } from '../../snippets/rest-routes.ts';
import { actTexts } from '../act-strings.ts';
import { CallWindow } from '../parts/call-window.tsx';
import { ArgumentField, argumentsOf, type FieldSpec, type Typed } from '../parts/fields.tsx';
import { type Call, callOf } from '../rest/call.ts';
import { strings } from '../strings.ts';
import { type ActName, acts } from './act-table.ts';

/** What the place of an act knows: `group_id`, `user_id`, `message_id`; and what its fields have at first. */
export type Known = Readonly<Record<string, string>>;

export interface AskedAct {
  readonly name: ActName;
  readonly known: Known;
  /** What fields have at first. */
  readonly suggested?: Known;
}

interface ActWindowProps {
  readonly asked: AskedAct;
  readonly onDone?: ((answer: unknown) => void) | undefined;
  readonly onClose: () => void;
}

const actor: FieldSpec = { name: 'actor_id', kind: 'text' };

export function ActWindow({ asked, onDone, onClose }: ActWindowProps) {
  const { name, known, suggested = {} } = asked;
  const act = acts[name];
  const texts = actTexts[name];
  const route = restRoutes[name];
  const fields = act.fields
    .filter((field) => known[field.name] === undefined)
    .map((field) => ({ ...field, ...suggestedValue(suggested[field.suggestion ?? field.name]) }));
  const takesActor = route?.actor === 'actor_id' && !act.fields.some((field) => field.name === 'actor_id');
  const usual = fields.filter(({ isExtra }) => isExtra !== true);
  const extra = [...fields.filter(({ isExtra }) => isExtra === true), ...(takesActor ? [actor] : [])];
  const made = (typed: Typed): Call =>
    callOf(name, { ...known, ...act.fixed, ...changed(name, argumentsOf([...fields, actor], typed)) });
  const shown = known['user_id'] ?? known['message_id'] ?? known['link_id'] ?? known['group_id'];
  return (
    <CallWindow
      title={shown === undefined ? texts.title : `${texts.title}: ${shown}`}
      {...('about' in texts ? { about: texts.about } : {})}
      submit={texts.submit}
      scope={route?.scope ?? 'groups'}
      isDestructive={act.isDestructive === true}
      {...named(act.nameToType === undefined ? undefined : known[act.nameToType])}
      callOf={made}
      {...(act.showsAnswer === true ? { answered: answerOf } : {})}
      {...(onDone === undefined ? {} : { onDone })}
      onClose={onClose}
    >
      {usual.map((field, at) => (
        <ArgumentField key={field.name} field={field} isFirst={at === 0} />
      ))}
      {extra.length === 0 ? null : (
        <details className="more-fields">
          <summary>{strings.acts.moreFields}</summary>
          {extra.map((field) => (
            <ArgumentField key={field.name} field={field} />
          ))}
        </details>
      )}
    </CallWindow>
  );
}

const named = (nameToType: string | undefined) => (nameToType === undefined ? {} : { nameToType });
const suggestedValue = (value: string | undefined) => (value === undefined ? {} : { value });

/** A batch adds rows, and its fields have ids. */
function changed(name: ActName, args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { add, ...rest } = args;
  if (name !== 'change_members' || !Array.isArray(add)) return args;
  return { ...rest, add: add.map((user_id: unknown) => ({ user_id })) };
}

/** What is in the answer and nowhere else: the code of a link, and who was refused. */
const answerOf = (answer: unknown): ReactNode => (
  <>
    <p className="hint">{strings.acts.answer}</p>
    <pre className="code">{JSON.stringify(answer, null, 2)}</pre>
  </>
);
