/** How many connections, messages, and messages per second. */
import { useId, useState } from 'react';
import { verify as texts } from '../operation-strings.ts';
import type { CanarySettings } from './canary-run.ts';

interface CanaryFormProps {
  /** Why it is not offered; null: it is. */
  readonly problem: string | null;
  readonly settings?: CanarySettings;
  readonly onStart: (settings: CanarySettings) => void;
}

const usual: CanarySettings = { connections: 6, messages: 200, perSecond: 20 };
const fields = [
  { name: 'connections', label: texts.connections, min: 2, max: 20 },
  { name: 'messages', label: texts.messages, min: 1, max: 2000 },
  { name: 'perSecond', label: texts.perSecond, min: 1, max: 100 },
] as const;
/** What a user may send per second by default. */
const perUser = 10;

export function CanaryForm({ problem, settings = usual, onStart }: CanaryFormProps) {
  const id = useId();
  const [given, setGiven] = useState(settings);
  const isFast = given.perSecond > given.connections * perUser;
  return (
    <form
      className="canary-form"
      onSubmit={(event) => {
        event.preventDefault();
        onStart(given);
      }}
    >
      {fields.map(({ name, label, min, max }) => (
        <div key={name} className="field">
          <label htmlFor={`${id}-${name}`}>{label}</label>
          <input
            id={`${id}-${name}`}
            type="number"
            required
            {...{ min, max }}
            value={Number.isNaN(given[name]) ? '' : given[name]}
            onChange={({ target }) => setGiven({ ...given, [name]: target.valueAsNumber })}
          />
        </div>
      ))}
      <button
        type="submit"
        className="button is-main"
        disabled={problem !== null}
        title={problem ?? undefined}
      >
        {texts.start}
      </button>
      <p className="hint canary-hint" role="status">
        {problem ?? (isFast ? texts.fast(given.connections * perUser) : null)}
      </p>
    </form>
  );
}
