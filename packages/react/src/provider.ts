/** Gives the hooks below it a client: one that it makes, connects and closes, or one of the application. */
import { type Client, type ClientOptions, createClient } from '@plenum/client';
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useState,
} from 'react';
import { ObservedClient } from './observed-client.ts';

interface ProviderProps {
  /** The user of the tokens. With another user, another client takes the place of the one before, which is closed. */
  readonly userId: string;
  readonly children?: ReactNode;
}

/**
 * The options of a client. It is made anew when `userId`, `url`, `service`, `event` or `subscribe` is another one. Of `token` the
 * present value is used whenever a token is needed, so it may be a new function with each render. The other options count when
 * the client is made.
 */
export type OwnClientProps = ProviderProps & ClientOptions & { readonly client?: undefined };

export interface GivenClientProps extends ProviderProps {
  /** Of the application, which connects and closes it. */
  readonly client: Client;
  /** The option of this client. `none`: a group is received while a component shows it. */
  readonly subscribe?: 'auto' | 'none';
}

export type PlenumProviderProps = OwnClientProps | GivenClientProps;

const context = createContext<ObservedClient | null>(null);

/** @throws Error if no provider is above */
export function useObservedClient(): ObservedClient {
  const observed = useContext(context);
  if (observed === null) throw new Error('There is no PlenumProvider above this component');
  return observed;
}

/** What the hooks below get, and what it was made of. */
interface Held {
  readonly observed: ObservedClient;
  readonly madeOf: readonly unknown[];
  /** Not used by a client whose user is known without a token. */
  readonly token: { current: NonNullable<ClientOptions['token']> };
}

/** @returns undefined if there is none: the server knows the user without it */
const tokenOf = ({ client, token }: PlenumProviderProps & { readonly token?: ClientOptions['token'] }) =>
  client === undefined ? (token ?? undefined) : undefined;

const partsOf = (props: PlenumProviderProps): readonly unknown[] =>
  props.client === undefined
    ? [
        ...[props.userId, props.url, props.path, props.namespace],
        ...[props.service, props.event, props.subscribe, tokenOf(props) === undefined],
      ]
    : [props.userId, props.client, props.subscribe];

function make(props: PlenumProviderProps): Held {
  const { userId, subscribe } = props;
  const isOnDemand = subscribe === 'none';
  const madeOf = partsOf(props);
  if (props.client !== undefined) {
    const { client } = props;
    const token = { current: '' };
    return { observed: new ObservedClient({ client, userId, isOwn: false, isOnDemand }), madeOf, token };
  }
  const { children: _, client: __, userId: ___, token: ____, ...options } = props;
  const given = tokenOf(props);
  const token: Held['token'] = { current: given ?? '' };
  const present = async () => (typeof token.current === 'string' ? token.current : token.current());
  const client = createClient(given === undefined ? options : { ...options, token: present });
  return { observed: new ObservedClient({ client, userId, isOwn: true, isOnDemand }), madeOf, token };
}

export function PlenumProvider(props: PlenumProviderProps): ReactElement {
  const [held, setHeld] = useState(() => make(props));
  const parts = partsOf(props);
  let present = held;
  // A state that is set while rendering takes effect before any child is rendered.
  if (!parts.every((part, at) => Object.is(part, held.madeOf[at]))) {
    present = make(props);
    setHeld(present);
  }
  const { observed, token } = present;
  const given = tokenOf(props) ?? '';
  useEffect(() => {
    token.current = given;
  }, [token, given]);
  useEffect(() => observed.hold(), [observed]);
  return createElement(context.Provider, { value: observed }, props.children);
}
