/** Asks for the name of the node before it is drained. */
import type { DrainingNode } from '@plenum/protocol';
import { Field, FormWindow } from '../../parts/form.tsx';
import { cluster } from '../operation-strings.ts';
import { queries } from '../rest/queries.ts';
import { rest } from '../rest/rest.ts';
import { beginDrain } from './drains.ts';
import type { NodeRow } from './node-state.ts';

const { drain: texts } = cluster;

interface DrainDialogProps {
  readonly row: NodeRow;
  /** True: there is no other node. */
  readonly isLast: boolean;
  readonly onClose: () => void;
}

export function DrainDialog({ row, isLast, onClose }: DrainDialogProps) {
  const drain = async (fields: Readonly<Record<string, string>>) => {
    if (fields['name'] !== row.label) return texts.otherName(row.label);
    try {
      await rest<DrainingNode>({ method: 'POST', path: `/v1/nodes/${encodeURIComponent(row.nodeId)}/drain` });
      beginDrain(row);
      await queries.invalidateQueries({ queryKey: ['rest', '/v1/nodes'] });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <FormWindow title={texts.title(row.label)} submit={texts.submit} onSubmit={drain} onClose={onClose}>
      <p>{texts.text}</p>
      {isLast ? <p className="problem">{texts.last}</p> : null}
      <Field name="name" label={texts.name} hint={texts.nameHint(row.label)} isFirst isRequired />
    </FormWindow>
  );
}
