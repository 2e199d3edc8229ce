/** The sections of the OpenAPI document. */
export const tags = [
  { name: 'groups', description: 'Create, find, change and delete groups' },
  { name: 'members', description: 'Who is in a group, and as what' },
  { name: 'messages', description: 'Send messages and read the log of a group' },
  { name: 'users', description: "A user's groups and connections" },
  { name: 'dead letters', description: 'Deliveries that an adapter has not taken, for operators' },
  { name: 'cluster', description: 'Nodes and partitions, for operators' },
  { name: 'node', description: 'The node that answers: health, documents, metrics' },
] as const;
export type Tag = (typeof tags)[number]['name'];
