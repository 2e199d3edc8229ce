/// <reference lib="dom" />
/** Runs in the page: a chat with the hooks, in StrictMode, and what it rendered. */
import { type Client, type ClientOptions, createClient } from '@plenum/client';
import {
  type Group,
  type ListedMessage,
  type Members,
  type Messages,
  type Plenum,
  PlenumProvider,
  type Typing,
  useGroup,
  useMembers,
  useMessages,
  usePlenum,
  usePresence,
  useTyping,
} from '@plenum/react';
import { memo, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { freshToken } from './application.ts';

export interface ReactOptions extends Omit<ClientOptions, 'token' | 'clock' | 'random' | 'openLink'> {
  readonly userId: string;
  readonly groupId: string | null;
  /** True: the application makes the client, and it is counted what is asked of it. */
  readonly isGiven?: boolean;
}

/** What the components rendered last, and how often. */
interface Shown {
  plenum: Plenum;
  messages: Messages;
  group: Group;
  members: Members;
  typing: Typing;
  online: readonly string[] | null;
}

export class ReactChat {
  readonly shown: Partial<Shown> = {};
  /** What the first render for each user showed. */
  readonly first: Record<string, Shown> = {};
  renders = 0;
  /** By the key of a message. */
  readonly rowRenders: Record<string, number> = {};
  /** Requests of the given client, by type. */
  readonly asked: Record<string, number> = {};
  /** Listeners that the given client has. */
  listeners = 0;
  token: ClientOptions['token'];
  #options: ReactOptions;
  readonly #root: Root;
  readonly #client: Client | undefined;

  constructor(options: ReactOptions) {
    this.#options = options;
    this.token = () => freshToken(this.#options.userId);
    const container = document.createElement('main');
    document.body.append(container);
    this.#root = createRoot(container);
    if (options.isGiven === true) this.#client = this.#counted();
    this.render();
  }

  get current(): Shown {
    const { plenum, messages, group, members, typing, online = null } = this.shown;
    if (!plenum || !messages || !group || !members || !typing) throw new Error('nothing is rendered');
    return { plenum, messages, group, members, typing, online };
  }
  get texts(): string[] {
    return [...document.querySelectorAll('li')].map(({ textContent }) => textContent ?? '');
  }

  /** Renders with other props. */
  render(changed: Partial<ReactOptions> = {}): void {
    this.#options = { ...this.#options, ...changed };
    const { userId, groupId, isGiven: _, ...options } = this.#options;
    const chat = <Chat groupId={groupId} to={this} />;
    const provider =
      this.#client === undefined ? (
        <PlenumProvider userId={userId} token={this.token} {...options}>
          {chat}
        </PlenumProvider>
      ) : (
        <PlenumProvider userId={userId} client={this.#client}>
          {chat}
        </PlenumProvider>
      );
    this.#root.render(<StrictMode>{provider}</StrictMode>);
  }
  unmount(): void {
    this.#root.unmount();
  }

  #counted(): Client {
    const { userId: _, groupId: __, isGiven: ___, ...options } = this.#options;
    const client = createClient({ ...options, token: this.token });
    const { request } = client;
    const on = client.on.bind(client);
    client.on = (event, listener) => {
      this.listeners += 1;
      const stop = on(event, listener);
      return () => {
        this.listeners -= 1;
        stop();
      };
    };
    client.request = (type, args, given) => {
      this.asked[type] = (this.asked[type] ?? 0) + 1;
      return request.call(client, type, args, given) as ReturnType<typeof client.request<typeof type>>;
    };
    client.connect().catch(() => undefined);
    return client;
  }
}

export const startReact = (options: ReactOptions): ReactChat => new ReactChat(options);

function Chat({ groupId, to }: { readonly groupId: string | null; readonly to: ReactChat }) {
  const { online } = usePresence(groupId);
  const messages = useMessages(groupId);
  const plenum = usePlenum();
  const shown: Shown = {
    messages,
    plenum,
    group: useGroup(groupId),
    members: useMembers(groupId),
    typing: useTyping(groupId),
    online: online === null ? null : [...online].sort(),
  };
  to.renders += 1;
  Object.assign(to.shown, shown);
  to.first[plenum.userId] ??= shown;
  return (
    <ul>
      {messages.messages.map((message) => (
        <Row key={message.key} message={message} to={to} />
      ))}
    </ul>
  );
}

const Row = memo(function Row({ message, to }: { readonly message: ListedMessage; readonly to: ReactChat }) {
  to.rowRenders[message.key] = (to.rowRenders[message.key] ?? 0) + 1;
  const marks = message.state === 'sent' ? '' : ` (${message.state})`;
  return (
    <li data-key={message.key}>{`${message.from_user_id}: ${message.message ?? 'taken down'}${marks}`}</li>
  );
});
