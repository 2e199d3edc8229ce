/** The adapters: whether each works, what it has taken, and its breaker on each node. */
import { useStore } from '../../session/store.ts';
import { readings, useFigures } from '../cluster/use-cluster.ts';
import { countText } from '../figures-text.ts';
import { adapters as texts } from '../operation-strings.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Read } from '../parts/states.tsx';
import { Link } from '../router/link.tsx';
import { strings } from '../strings.ts';
import { type AdapterSum, adapterSums, type OnNode } from './adapter-sums.ts';

export function AdaptersPage() {
  const read = useFigures();
  const reading = useStore(readings.last);
  const sums = reading === null ? [] : adapterSums(reading);
  return (
    <>
      <PageHead title={strings.pages.adapters} facts={<span>{texts.text}</span>} />
      <Read read={read}>
        {() =>
          sums.length === 0 ? (
            <Empty>{texts.none}</Empty>
          ) : (
            <div className="adapters">
              {sums.map((sum) => (
                <AdapterBox key={sum.adapter} sum={sum} />
              ))}
            </div>
          )
        }
      </Read>
    </>
  );
}

/** Moderation and auth are asked: they take nothing, and refuse. */
const isAsked = ({ adapter }: AdapterSum): boolean => adapter === 'moderation' || adapter === 'auth';

function AdapterBox({ sum }: { readonly sum: AdapterSum }) {
  const { adapter, nodes, openCount } = sum;
  const facts = isAsked(sum)
    ? [
        [texts.denials, sum.denials],
        [texts.failures, sum.failures],
      ]
    : [
        [texts.delivered, sum.delivered],
        [texts.queue, sum.queue],
        [texts.retries, sum.retries],
        [texts.failures, sum.failures],
        [texts.deadLetters, sum.deadLetters],
      ];
  const id = `adapter-${adapter}`;
  return (
    <section className="adapter" aria-labelledby={id}>
      <header className="section-head">
        <h2 id={id}>
          {texts.names[adapter]} <span className="hint adapter-about">{texts.abouts[adapter]}</span>
        </h2>
        <span className={openCount === 0 ? 'state-word is-up' : 'state-word is-missing'}>
          {openCount === 0 ? texts.closed : texts.open(openCount, nodes.length)}
        </span>
      </header>
      <dl className="figures">
        {facts.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{countText(Number(value))}</dd>
          </div>
        ))}
      </dl>
      {sum.deadLetters === 0 ? null : (
        <Link to={`/dead-letters?kind=${adapter}`} className="link">
          {texts.see}
        </Link>
      )}
      <ByNode nodes={nodes} isAsked={isAsked(sum)} />
    </section>
  );
}

function ByNode({ nodes, isAsked: asked }: { readonly nodes: readonly OnNode[]; readonly isAsked: boolean }) {
  return (
    <table className="plain-table" aria-label={texts.perNode}>
      <thead>
        <tr>
          <th scope="col">{texts.node}</th>
          <th scope="col">{texts.breaker}</th>
          <th scope="col" className="is-number">
            {asked ? texts.denials : texts.delivered}
          </th>
          <th scope="col" className="is-number">
            {asked ? texts.failures : texts.queue}
          </th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((node) => (
          <tr key={node.nodeId}>
            <th scope="row">{node.label}</th>
            <td>
              <span className={node.is_open ? 'state-word is-missing' : 'state-word is-up'}>
                {node.is_open ? texts.breakerOpen : texts.breakerClosed}
              </span>
            </td>
            <td className="is-number">{countText(asked ? node.denials : node.delivered)}</td>
            <td className="is-number">{countText(asked ? node.failures : node.queue_messages)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
