/** Values that several examples share: one group `team`, its admin `ann` and one message. */
export const epoch = '1hq2x0';
export const timestamp = '2026-03-01T12:00:00.000Z';
export const team = { group_id: 'team' };
export const keyed = { 'Idempotency-Key': 'order-17-confirmed' };
export const page = { limit: 20 };
export const message = {
  type: 'message',
  ...team,
  from_user_id: 'ann',
  message: 'Lunch at noon?',
  timestamp,
  message_id: '1hq2x0-42',
  epoch,
  seq: 42,
  request_id: 'order-17-confirmed',
};
