/** The dialog of an act of the table. */
import type { ReactNode } from 'react';
import { restRoutes } from '../../snippets/rest-routes.ts';
import { type ActText, actTexts, submitText } from '../act-strings.ts';
import { CallWindow } from '../parts/call-window.tsx';
import { ArgumentField, argumentsOf, type FieldSpec, type Typed } from '../parts/fields.tsx';
import { type Call, callOf } from '../rest/call.ts';
import { strings } from '../strings.ts';
import { type Act, type ActName, acts } from './act-table.ts';

/** What the place of an act knows: `group_id`, `user_id`, `message_id`; and what its fields have at first. */
export type Known = Readonly<Record<string, string>>;

export interface AskedAct {
  readonly name: ActName;
  readonly known: Known;
  /** What it is about, as a person names it: of a message its number. Default: the user, the link or the group that is known. */
  readonly subject?: string;
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
  const subject = asked.subject ?? known['user_id'] ?? known['link_id'] ?? known['group_id'];
  const act = acts[name];
  const texts: ActText = actTexts[name];
  const route = restRoutes[name];
  const fields = act.fields
    .filter((field) => known[field.name] === undefined)
    .map((field) => ({ ...field, ...suggestedValue(suggested[field.suggestion ?? field.name]) }));
  const takesActor = route?.actor === 'actor_id' && !act.fields.some((field) => field.name === 'actor_id');
  const usual = fields.filter(({ isExtra }) => isExtra !== true);
  const extra = [...fields.filter(({ isExtra }) => isExtra === true), ...(takesActor ? [actor] : [])];
  const made = (typed: Typed): Call =>
    callOf(name, { ...known, ...act.fixed, ...changed(name, argumentsOf([...fields, actor], typed)) });
  // A user that is typed as a field is named by that.
  const isNamed = fields.some((field) => field.name === 'user_id');
  return (
    <CallWindow
      title={subject === undefined ? texts.title : `${texts.title}: ${subject}`}
      {...(texts.about === undefined ? {} : { about: texts.about })}
      submit={submitText(texts)}
      scope={route?.scope ?? 'groups'}
      isDestructive={(typed) => takesAway(act, typed)}
      {...(subject === undefined || isNamed ? {} : { name: subject })}
      isNameFirst={usual.length === 0}
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

/** An act that takes something away, or one of whose fields does. */
const takesAway = ({ isDestructive, fields }: Act, typed: Typed): boolean =>
  isDestructive === true ||
  fields.some((field) => field.isDestructive === true && (typed[field.name] ?? '').trim() !== '');
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
