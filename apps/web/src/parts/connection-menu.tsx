/** What a person's connection does now, and what one can do to it: cut it, stay offline, kill the node behind it. */
import type { Status } from '@plenum/client';
import { usePlenum } from '@plenum/react';
import { killNode, useNodes } from '../session/nodes.ts';
import type { Person } from '../session/person.ts';
import { useStore } from '../session/store.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';
import { MenuButton } from './menu-button.tsx';

interface ConnectionMenuProps {
  readonly person: Person;
  readonly onAlone: (() => void) | null;
  readonly onAnother: (() => void) | null;
}

const { connection } = strings;

function textOf(status: Status, node: number | null, isOffline: boolean): string {
  if (isOffline) return connection.offline;
  if (status.state === 'connected')
    return node === null ? connection.connected : connection.connectedTo(node);
  if (status.state === 'closed') return connection.closed(status.reason);
  return status.state === 'waiting' ? connection.waiting : connection.connecting;
}

export function ConnectionMenu({ person, onAlone, onAnother }: ConnectionMenuProps) {
  const { status } = usePlenum();
  const isOffline = useStore(person.wire.isOffline);
  const node = useNodes(person)?.node ?? null;
  const isConnected = status.state === 'connected';
  return (
    <>
      <span className={isConnected ? 'status is-on' : 'status'} role="status">
        <span className="status-light" aria-hidden="true" />
        {textOf(status, node, isOffline)}
      </span>
      <MenuButton
        label={connection.menu(person.userId)}
        actions={[
          isConnected && { id: 'cut', text: connection.cut, onAction: () => person.wire.cut() },
          {
            id: 'offline',
            text: isOffline ? connection.goOnline : connection.goOffline,
            onAction: () => person.wire.setOffline(!isOffline),
          },
          node !== null && {
            ...{ id: 'kill', text: connection.kill(node), isDestructive: true },
            onAction: () => killNode(person, node),
          },
          onAlone !== null && { id: 'alone', text: connection.openAlone, onAction: onAlone },
          onAnother !== null && { id: 'another', text: connection.another, onAction: onAnother },
        ]}
      >
        <Icon name="more" />
      </MenuButton>
    </>
  );
}
