/**
 * Names and attributes of spans of messages. The messaging conventions of OpenTelemetry are still in development, so they are
 * used where `OTEL_SEMCONV_STABILITY_OPT_IN` asks for them.
 */
import type { Attributes } from '@opentelemetry/api';

/** `plenum`: names of Plenum; `messaging`: those of the conventions; `both`: the attributes of both. */
export type MessagingNames = 'plenum' | 'messaging' | 'both';

/** @param optIn categories with commas between them; those that concern others are ignored */
export function messagingNamesOf(optIn = ''): MessagingNames {
  const categories = optIn.split(',').map((category) => category.trim());
  if (categories.includes('messaging/dup')) return 'both';
  return categories.includes('messaging') ? 'messaging' : 'plenum';
}

/** What a span says of messages. */
export interface AboutMessages {
  readonly operation: 'relay' | 'fan_out' | 'archive' | 'notifier';
  readonly type: 'send' | 'process';
  /** Null: of several groups. */
  readonly groupId: string | null;
  readonly messages?: number;
}

/** There are as many ids of groups as groups, so a name has the template. */
const template = 'group';

export const spanNameOf = ({ operation, type }: AboutMessages, names: MessagingNames): string =>
  names === 'plenum' ? `plenum ${operation}` : `${type} ${template}`;

const plenumAttributes = ({ operation, groupId, messages }: AboutMessages): Attributes => ({
  'plenum.operation': operation,
  ...(groupId === null ? {} : { 'plenum.group_id': groupId }),
  ...(messages === undefined ? {} : { 'plenum.messages': messages }),
});

const messagingAttributes = ({ operation, type, groupId, messages }: AboutMessages): Attributes => ({
  'messaging.system': 'plenum',
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'messaging.destination.template': template,
  ...(groupId === null ? {} : { 'messaging.destination.name': groupId }),
  ...(messages === undefined ? {} : { 'messaging.batch.message_count': messages }),
});

export const attributesOf = (about: AboutMessages, names: MessagingNames): Attributes => ({
  ...(names === 'messaging' ? {} : plenumAttributes(about)),
  ...(names === 'plenum' ? {} : messagingAttributes(about)),
});

export const messageIdAttribute = (messageId: string, names: MessagingNames): Attributes => ({
  ...(names === 'messaging' ? {} : { 'plenum.message_id': messageId }),
  ...(names === 'plenum' ? {} : { 'messaging.message.id': messageId }),
});
