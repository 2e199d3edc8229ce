/** The name, the kind, the attributes and the links of each span. No span has texts of messages, tokens or ids of users. */
import type { Link, Span, SpanOptions } from '@opentelemetry/api';
import type { TracedEntry, TracedKind, TracedWork } from '@plenum/core';
import { type ErrorCode, errors } from '@plenum/protocol';
import { type Api, spanContextOf } from './contexts.ts';
import {
  type AboutMessages,
  attributesOf,
  type MessagingNames,
  messageIdAttribute,
  spanNameOf,
} from './messaging-names.ts';

export interface Described {
  readonly name: string;
  readonly options: SpanOptions;
}

interface Ending {
  readonly kind: TracedKind;
  readonly outcome: string;
  /** Of a message that was stored. */
  readonly messageId: unknown;
}

/** Outcomes after which nothing is wrong with the work itself. */
const fine: ReadonlySet<string> = new Set(['ok', 'taken', 'partly', 'held', 'aborted', 'not_called']);

export class Describing {
  readonly #api: Api;
  readonly #names: MessagingNames;

  constructor(api: Api, names: MessagingNames) {
    this.#api = api;
    this.#names = names;
  }

  request({ requestType, requestId, door, groupId }: TracedWork['request']): Described {
    const { SpanKind } = this.#api;
    const request = {
      'plenum.request_type': requestType,
      'plenum.request_id': requestId,
      'plenum.door': door,
    };
    if (requestType === 'relay_msg' || requestType === 'send_message') {
      return this.#ofMessages({ operation: 'relay', type: 'send', groupId }, request);
    }
    const attributes = { ...request, ...(groupId === null ? {} : { 'plenum.group_id': groupId }) };
    return { name: `plenum ${requestType}`, options: { kind: SpanKind.SERVER, attributes } };
  }

  script({ name, system }: TracedWork['script']): Described {
    const { SpanKind } = this.#api;
    if (system === 'memory') {
      return { name, options: { kind: SpanKind.INTERNAL, attributes: { 'plenum.script': name } } };
    }
    const attributes = {
      'db.system.name': 'redis',
      'db.operation.name': 'EVALSHA',
      'plenum.script': name,
    };
    return { name, options: { kind: SpanKind.CLIENT, attributes } };
  }

  adapterCall({ adapter }: TracedWork['adapter_call']): Described {
    const attributes = { 'plenum.adapter': adapter };
    return { name: `adapter ${adapter}`, options: { kind: this.#api.SpanKind.CLIENT, attributes } };
  }

  delivery({ kind, entries, traced }: TracedWork['delivery']): Described {
    const operation = kind === 'notifier' ? 'notifier' : 'archive';
    const about = { operation, type: 'process', groupId: groupOf(traced), messages: entries } as const;
    return this.#ofMessages(about, {}, traced);
  }

  fanOut({ groupId, devices, traced }: TracedWork['fan_out']): Described {
    const about = { operation: 'fan_out', type: 'process', groupId, messages: traced.length } as const;
    return this.#ofMessages(about, { 'plenum.devices': devices }, traced);
  }

  /** Sets what is known at the end. */
  end(span: Span, { kind, outcome, messageId }: Ending): void {
    if (typeof messageId === 'string') span.setAttributes(messageIdAttribute(messageId, this.#names));
    if (kind === 'script') {
      span.setAttribute('plenum.outcome', outcome);
      return;
    }
    if (fine.has(outcome)) return;
    span.setAttribute('error.type', outcome);
    // A refusal of a request is an answer. What the client cannot help is an error.
    if (kind === 'request' && !isFault(outcome)) return;
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
  }

  #ofMessages(
    about: AboutMessages,
    more: SpanOptions['attributes'],
    linked: readonly TracedEntry[] = [],
  ): Described {
    const { SpanKind } = this.#api;
    const [only] = linked.length === 1 ? linked : [];
    const attributes = {
      ...attributesOf(about, this.#names),
      ...(only === undefined ? {} : messageIdAttribute(only.messageId, this.#names)),
      ...more,
    };
    const kind = about.type === 'send' ? SpanKind.PRODUCER : SpanKind.CONSUMER;
    return {
      name: spanNameOf(about, this.#names),
      options: { kind, attributes, links: this.#links(linked) },
    };
  }

  #links(entries: readonly TracedEntry[]): Link[] {
    return entries.map(({ messageId, traceparent }) => ({
      context: spanContextOf(traceparent),
      attributes: messageIdAttribute(messageId, this.#names),
    }));
  }
}

const isFault = (outcome: string): boolean => !isErrorCode(outcome) || errors[outcome].http >= 500;
const isErrorCode = (name: string): name is ErrorCode => Object.hasOwn(errors, name);

/** @returns null if they are of several groups */
function groupOf(entries: readonly TracedEntry[]): string | null {
  const groups = new Set(entries.map(({ groupId }) => groupId));
  const [groupId] = groups;
  return groups.size === 1 && groupId !== undefined ? groupId : null;
}
