/** Sends one message and shows its path: gateway, script, the feed of each node, devices, archive and notifier. */
import type { NodesView, Trace } from '@plenum/protocol';
import { useMutation } from '@tanstack/react-query';
import { useId } from 'react';
import { nodeLabel } from '../cluster/owners.ts';
import { trace as texts } from '../operation-strings.ts';
import { PageHead } from '../parts/page-head.tsx';
import { FailureNote, Loading } from '../parts/states.tsx';
import { useRest } from '../rest/queries.ts';
import { rest } from '../rest/rest.ts';
import type { PageProps } from '../router/page.ts';
import { go } from '../router/place.ts';
import { useProblemOf } from '../session/permission.ts';
import { strings } from '../strings.ts';
import { PathPicture } from './path-picture.tsx';

interface Asked {
  readonly groupId: string;
  readonly userId: string;
  readonly message: string;
}

const ask = ({ groupId, userId, message }: Asked): Promise<Trace> =>
  rest<Trace>({
    method: 'POST',
    path: `/v1/groups/${encodeURIComponent(groupId)}/trace`,
    body: { from_user_id: userId, ...(message === '' ? {} : { message }) },
  });

export function TracePage({ query }: PageProps) {
  const sent = useMutation({ mutationFn: ask });
  const nodes = useRest<NodesView>('/v1/nodes');
  const labels = new Map(nodes.data?.nodes.map((node) => [node.node_id, nodeLabel(node)]));
  const send = (asked: Asked) => {
    go(`/trace?${new URLSearchParams({ group: asked.groupId, user: asked.userId })}`, { replace: true });
    sent.mutate(asked);
  };
  return (
    <>
      <PageHead title={strings.pages.trace} facts={<span>{texts.text}</span>} />
      <div className="trace">
        <TraceForm
          groupId={query.get('group') ?? ''}
          userId={query.get('user') ?? ''}
          isBusy={sent.isPending}
          onSend={send}
        />
        {sent.isPending ? <Loading /> : null}
        {sent.error === null ? null : <FailureNote error={sent.error} />}
        {sent.data === undefined ? null : (
          <PathPicture trace={sent.data} labelOf={(nodeId) => labels.get(nodeId) ?? nodeId} />
        )}
      </div>
    </>
  );
}

interface TraceFormProps {
  readonly groupId: string;
  readonly userId: string;
  readonly isBusy: boolean;
  readonly onSend: (asked: Asked) => void;
}

function TraceForm({ groupId, userId, isBusy, onSend }: TraceFormProps) {
  const id = useId();
  const problem = useProblemOf('groups');
  const fields = [
    { name: 'groupId', label: texts.group, value: groupId, isRequired: true },
    { name: 'userId', label: texts.user, value: userId, isRequired: true },
    { name: 'message', label: texts.message, value: '', isRequired: false },
  ];
  return (
    <form
      className="trace-form"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        const text = (name: string) => String(given.get(name) ?? '').trim();
        onSend({ groupId: text('groupId'), userId: text('userId'), message: text('message') });
      }}
    >
      {fields.map(({ name, label, value, isRequired }) => (
        <div key={name} className="field">
          <label htmlFor={`${id}-${name}`}>{label}</label>
          <input
            id={`${id}-${name}`}
            name={name}
            defaultValue={value}
            required={isRequired}
            autoComplete="off"
            spellCheck={false}
          />
        </div>
      ))}
      <button
        type="submit"
        className="button is-main"
        disabled={isBusy || problem !== null}
        title={problem ?? undefined}
      >
        {texts.send}
      </button>
      <p className="hint trace-hint">{problem ?? texts.hint}</p>
    </form>
  );
}
