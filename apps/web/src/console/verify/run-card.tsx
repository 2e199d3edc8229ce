/** A canary while it runs, and its verdict. */
import { CopyButton } from '../../parts/copy-button.tsx';
import { countText, durationText, msText } from '../figures-text.ts';
import { verify as texts } from '../operation-strings.ts';
import type { CanaryState } from './canary-run.ts';
import { asJson, asText } from './report.ts';
import type { Connection } from './tally.ts';

interface RunCardProps {
  readonly state: CanaryState;
  readonly onStop: () => void;
}

const isOver = ({ phase }: CanaryState): boolean => phase === 'over' || phase === 'failed';

function titleOf(state: CanaryState): { readonly text: string; readonly tone: 'passed' | 'failed' | 'open' } {
  const { phase, verdict } = state;
  if (phase === 'failed') return { text: texts.failed, tone: 'failed' };
  if (phase !== 'over')
    return { text: texts.phases[phase], tone: verdict.duplicated > 0 ? 'failed' : 'open' };
  return verdict.isGood ? { text: texts.good, tone: 'passed' } : { text: texts.bad, tone: 'failed' };
}

export function RunCard({ state, onStop }: RunCardProps) {
  const { verdict, settings, tookMs, problem, isCleaned, groupId } = state;
  const { text, tone } = titleOf(state);
  return (
    <section className={`run is-${tone}`} aria-labelledby="run-title">
      <header className="run-head">
        <h2 id="run-title" aria-live="polite">
          {text}
        </h2>
        <p className="hint">{texts.about(settings, durationText(tookMs))}</p>
        {isOver(state) ? (
          <span className="run-acts">
            <CopyButton text={texts.copyText} value={() => asText(state)} />
            <CopyButton text={texts.copyJson} value={() => asJson(state)} />
          </span>
        ) : (
          <button type="button" className="button" disabled={state.phase === 'waiting'} onClick={onStop}>
            {texts.stop}
          </button>
        )}
      </header>
      {problem === null ? null : <p className="problem">{problem}</p>}
      <progress
        className="run-progress"
        aria-label={texts.delivered}
        max={Math.max(1, settings.messages * settings.connections)}
        value={verdict.delivered}
      />
      <Sums state={state} />
      <Connections state={state} />
      {groupId === null ? null : (
        <p className="hint">
          {isCleaned ? texts.cleaned : texts.group} <bdi className="mono">{groupId}</bdi>
        </p>
      )}
    </section>
  );
}

function Sums({ state: { verdict, settings } }: { readonly state: CanaryState }) {
  const sums: readonly (readonly [string, string, boolean])[] = [
    [texts.acknowledged, `${countText(verdict.acknowledged)} / ${countText(settings.messages)}`, false],
    [texts.delivered, `${countText(verdict.delivered)} / ${countText(verdict.expected)}`, false],
    [texts.lost, countText(verdict.lost), verdict.lost > 0],
    [texts.duplicated, countText(verdict.duplicated), verdict.duplicated > 0],
    [texts.reordered, countText(verdict.reordered), verdict.reordered > 0],
    [texts.p50, msText(verdict.p50Ms), false],
    [texts.p99, msText(verdict.p99Ms), false],
    [texts.losses, countText(verdict.losses), false],
  ];
  return (
    <dl className="figures">
      {sums.map(([title, value, isBad]) => (
        <div key={title} className={isBad ? 'is-bad' : undefined}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Connections({ state }: { readonly state: CanaryState }) {
  const { verdict, statuses, settings } = state;
  return (
    <section className="wide-table" aria-label={texts.byConnection}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{texts.connection}</th>
            {isOver(state) ? null : <th scope="col">{texts.state}</th>}
            <th scope="col">{texts.delivered}</th>
            {[texts.lost, texts.duplicated, texts.reordered, texts.p50, texts.p99, texts.losses].map(
              (title) => (
                <th key={title} scope="col" className="is-number">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {verdict.connections.map((connection, index) => (
            <ConnectionLine
              key={connection.userId}
              connection={connection}
              number={index + 1}
              status={isOver(state) ? null : (statuses[index] ?? 'idle')}
              messages={settings.messages}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface ConnectionLineProps {
  readonly connection: Connection;
  readonly number: number;
  /** Null: it is over. */
  readonly status: CanaryState['statuses'][number] | null;
  readonly messages: number;
}

function ConnectionLine({ connection, number, status, messages }: ConnectionLineProps) {
  const { userId, delivered, lost, duplicated, reordered, p50Ms, p99Ms, losses } = connection;
  return (
    <tr>
      <th scope="row" title={userId}>
        {number}
      </th>
      {status === null ? null : (
        <td>
          <span className={status === 'connected' ? 'state-word is-up' : 'state-word is-draining'}>
            {texts.statuses[status]}
          </span>
        </td>
      )}
      <td>
        <span className="delivered">
          <progress aria-hidden="true" max={messages} value={delivered} />
          {countText(delivered)}
        </span>
      </td>
      {[lost, duplicated, reordered].map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: three columns that never change
        <td key={index} className={value > 0 ? 'is-number is-bad' : 'is-number'}>
          {countText(value)}
        </td>
      ))}
      <td className="is-number">{msText(p50Ms)}</td>
      <td className="is-number">{msText(p99Ms)}</td>
      <td className="is-number">{countText(losses)}</td>
    </tr>
  );
}
