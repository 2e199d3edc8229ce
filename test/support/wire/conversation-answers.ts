/** What the conversations of `test/openapi-client` are answered, in whatever language they are held. */
export const conversationAnswers = {
  created: 'public',
  joined: 'active',
  recipients: 2,
  refused: 'not_strict_private',
  canRetry: false,
  entries: ['created ann', 'joined bob', 'Hello'],
};
