/** The bar above the devices: what runs here, the nodes of the cluster, and what concerns the whole page. */
import type { PlaygroundSettings } from '@plenum/protocol';
import { useState } from 'react';
import { killNode, useNodes } from '../session/nodes.ts';
import type { Person } from '../session/person.ts';
import { strings } from '../strings.ts';
import { Icon, type IconName } from './icon.tsx';
import { Mark } from './mark.tsx';
import { switchTheme } from './theme.ts';

interface TopBarProps {
  readonly settings: PlaygroundSettings;
  readonly people: readonly Person[];
  readonly shown: Person;
  readonly hasLog: boolean;
  readonly onShow: (userId: string) => void;
  readonly onLog: () => void;
  readonly onPhone: () => void;
  /** Null: there are two people already, or no second one can come. */
  readonly onSecond: (() => void) | null;
}

const { top } = strings;

export function TopBar({ settings, people, shown, hasLog, onShow, onLog, onPhone, onSecond }: TopBarProps) {
  return (
    <header className="top">
      <h1 className="brand">
        <Mark />
        {strings.product} <span className="brand-part">{strings.playground}</span>
      </h1>
      <span className="top-facts">{`${settings.version} · ${top[settings.storage]}`}</span>
      {settings.has_cluster ? <Nodes person={shown} /> : null}
      {people.length > 1 ? (
        <fieldset className="switch only-narrow">
          <legend className="unseen">{top.people}</legend>
          {people.map(({ userId }) => (
            <button
              key={userId}
              type="button"
              aria-pressed={userId === shown.userId}
              onClick={() => onShow(userId)}
            >
              {userId}
            </button>
          ))}
        </fieldset>
      ) : null}
      <nav className="top-acts" aria-label={strings.playground}>
        <a className="top-link" href="/docs">
          {top.docs}
        </a>
        {settings.has_console ? (
          <a className="top-link" href="/console">
            {top.console}
          </a>
        ) : null}
        {onSecond === null ? null : <Act icon="people" text={top.addPerson} onPress={onSecond} />}
        <Act icon="phone" text={top.phone} onPress={onPhone} />
        <Act icon="theme" text={top.theme} onPress={switchTheme} />
        <button
          type="button"
          className="button log-button"
          aria-label={top.log}
          aria-pressed={hasLog}
          onClick={onLog}
        >
          <Icon name="log" />
          <span>{top.log}</span>
        </button>
      </nav>
    </header>
  );
}

interface ActProps {
  readonly icon: IconName;
  readonly text: string;
  readonly onPress: () => void;
}

const Act = ({ icon, text, onPress }: ActProps) => (
  <button type="button" className="icon-button" aria-label={text} title={text} onClick={onPress}>
    <Icon name={icon} />
  </button>
);

/** A node that was killed here is away until it has another process: what is known of it is some seconds old. */
function Nodes({ person }: { readonly person: Person }) {
  const nodes = useNodes(person)?.nodes ?? [];
  const [killed, setKilled] = useState<ReadonlyMap<number, number>>(new Map());
  const kill = (number: number, pid: number) => {
    setKilled((before) => new Map(before).set(number, pid));
    killNode(person, number);
  };
  return (
    <fieldset className="nodes">
      <legend className="unseen">{top.nodes}</legend>
      {nodes.map(({ number, pid }) => {
        const isUp = pid !== null && killed.get(number) !== pid;
        const text = isUp ? top.nodeUp(number) : top.nodeDown(number);
        return (
          <button
            key={number}
            type="button"
            className={isUp ? 'node' : 'node is-down'}
            aria-label={text}
            title={text}
            aria-disabled={!isUp}
            onClick={() => isUp && kill(number, pid)}
          >
            <span className="node-light" aria-hidden="true" />
            {number}
          </button>
        );
      })}
    </fieldset>
  );
}
