/** Asks for the name of the node before it is drained. */
import { cluster } from '../operation-strings.ts';
import { CallWindow } from '../parts/call-window.tsx';
import { beginDrain } from './drains.ts';
import type { NodeRow } from './node-state.ts';

const { drain: texts } = cluster;

interface DrainDialogProps {
  readonly row: NodeRow;
  /** True: there is no other node. */
  readonly isLast: boolean;
  readonly onClose: () => void;
}

export const DrainDialog = ({ row, isLast, onClose }: DrainDialogProps) => (
  <CallWindow
    title={texts.title(row.label)}
    about={texts.text}
    submit={texts.submit}
    scope="ops"
    isDestructive
    name={row.label}
    isNameFirst
    callOf={() => ({ method: 'POST', path: `/v1/nodes/${encodeURIComponent(row.nodeId)}/drain` })}
    onDone={() => beginDrain(row)}
    onClose={onClose}
  >
    {isLast ? <p className="problem">{texts.last}</p> : null}
  </CallWindow>
);
