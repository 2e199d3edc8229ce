/**
 * Pushes presence and typing to the attached devices of this node. Presence is gathered for 500 ms; a slow device may
 * miss pushes.
 */
import type { GroupId, PushPayload, UserId } from '@plenum/protocol';
import type { Device, FanOut } from '../ports/devices.ts';
import type { PresencePush } from '../ports/presence.ts';
import type { Clock } from '../ports/runtime.ts';

/** Debounce: transitions that cancel out within this time are not pushed. */
const gatherMs = 500;

interface Gathered {
  readonly users: Map<UserId, boolean>;
  /** True if the group is so large that pushes name no users. */
  isCountOnly: boolean;
  count: number;
}

export class PresencePushes {
  readonly #clock: Clock;
  readonly #fanOut: FanOut;
  readonly #attachedTo: (groupId: GroupId) => Iterable<Device>;
  readonly #gathered = new Map<GroupId, Gathered>();
  #cancel: (() => void) | null = null;

  constructor(deps: {
    readonly clock: Clock;
    readonly fanOut: FanOut;
    readonly attachedTo: (groupId: GroupId) => Iterable<Device>;
  }) {
    this.#clock = deps.clock;
    this.#fanOut = deps.fanOut;
    this.#attachedTo = deps.attachedTo;
  }

  take(groupId: GroupId, push: PresencePush): void {
    if (push.event === 'presence_changed') {
      this.#gather(groupId, push.payload);
      return;
    }
    const user_id = 'user_id' in push.payload ? push.payload.user_id : null;
    const others = [...this.#attachedTo(groupId)].filter(({ userId }) => userId !== user_id);
    if (others.length > 0) this.#fanOut.deliverVolatile(groupId, others, [push]);
  }

  stop(): void {
    this.#cancel?.();
    this.#gathered.clear();
  }

  #gather(groupId: GroupId, payload: PushPayload<'presence_changed'>): void {
    const gathered = this.#gathered.get(groupId) ?? {
      users: new Map<UserId, boolean>(),
      isCountOnly: false,
      count: 0,
    };
    this.#gathered.set(groupId, gathered);
    gathered.count = payload.count;
    if ('user_id' in payload) {
      const { user_id, online } = payload;
      // Transitions alternate, so a second one cancels the first: nothing is pushed.
      if (gathered.users.get(user_id) === !online) gathered.users.delete(user_id);
      else gathered.users.set(user_id, online);
    } else {
      gathered.isCountOnly = true;
    }
    // One timer per gathered batch. There is no loop: without a transition there is nothing to push.
    this.#cancel ??= this.#clock.after(gatherMs, () => this.#pushAll());
  }

  #pushAll(): void {
    this.#cancel = null;
    const all = [...this.#gathered];
    this.#gathered.clear();
    for (const [groupId, gathered] of all) {
      const pushes = pushesOf(groupId, gathered);
      const attached = [...this.#attachedTo(groupId)];
      if (attached.length > 0 && pushes.length > 0) this.#fanOut.deliverVolatile(groupId, attached, pushes);
    }
  }
}

function pushesOf(group_id: GroupId, { users, isCountOnly, count }: Gathered): readonly PresencePush[] {
  const event = 'presence_changed';
  if (isCountOnly) return [{ event, payload: { group_id, count } }];
  return [...users].map(([user_id, online]) => ({ event, payload: { group_id, user_id, online, count } }));
}
