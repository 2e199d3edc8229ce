/** A client by hand: it shows every entry of the user's groups once, in order, also after it lost its connection. */

/** @param {{ io: Function, url: string, token: string, positions?: object[], reconnectMs?: number, show: Function, notice: Function }} options */
export function connect({ io, url, token, positions: known = [], reconnectMs = 1000, show, notice }) {
  const positions = new Map(known.map(({ group_id, ...at }) => [group_id, at])); // the last entry that was shown
  const filling = new Set(); // groups whose missed entries are read: pushes are dropped, they come again
  const auth = (send) => {
    const claimed = [...positions].slice(0, 256).map(([group_id, at]) => ({ group_id, ...at }));
    send({ token, positions: claimed });
  };
  const reconnect = { reconnectionDelay: reconnectMs, reconnectionDelayMax: 5 * reconnectMs };
  const query = { refusals: 'connect_error' }; // each refusal is read below, also one that may pass
  const socket = io(url, { transports: ['websocket'], forceNew: true, auth, query, ...reconnect });
  const request = (request_type, args, answered, request_id = crypto.randomUUID()) =>
    socket.emit('request', { request_type, request_id, args }, answered);

  function arrived(entry) {
    const { group_id, epoch, seq } = entry;
    const at = positions.get(group_id);
    if (filling.has(group_id)) return;
    if (at?.epoch === epoch && seq <= at.seq) return; // a double
    if (at && seq !== at.seq + 1) return resume(group_id); // a hole, or another log
    take(entry);
  }
  function take(entry) {
    const { group_id, epoch, seq, type } = entry;
    positions.set(group_id, { epoch, seq });
    if (type === 'deleted') positions.delete(group_id); // the log has ended
    show(entry);
  }
  /** Asks for what follows the position; what was missed comes as pushes. */
  function resume(group_id) {
    filling.add(group_id);
    request('subscribe', { groups: [{ group_id, ...positions.get(group_id) }] }, (answer) => {
      const row = answer.success ? answer.result.groups[0] : answer;
      if (row.recovered) filling.delete(group_id);
      else if (row.reason) fill(group_id, row.epoch, row.from_seq - 1);
      else refused(group_id, row);
    });
  }
  /** Reads the log up to this seq, page by page, where the server does not push what was missed. */
  function fill(group_id, epoch, head) {
    filling.add(group_id);
    const at = positions.get(group_id);
    const after = at?.epoch === epoch && at.seq < head ? at.seq : 0;
    request('history', { group_id, after, limit: 200 }, (answer) => {
      if (!answer.success) return refused(group_id, answer);
      const entries = answer.result.entries.filter(({ seq }) => seq <= head);
      for (const entry of entries) take(entry);
      if (entries.length === 200) return fill(group_id, epoch, head);
      positions.set(group_id, { epoch, seq: head });
      resume(group_id);
    });
  }
  function refused(group_id, { can_retry, retry_after_ms = 500 }) {
    if (can_retry) return setTimeout(resume, retry_after_ms, group_id);
    positions.delete(group_id);
    filling.delete(group_id);
  }

  socket.on('relay_message', ({ result }) => arrived(result));
  socket.on('group_event', arrived);
  socket.on('message_event', arrived);
  socket.on('subscribed', ({ groups }) => {
    for (const { group_id, epoch, from_seq, recovered, reason } of groups) {
      if (recovered) continue;
      if (reason) fill(group_id, epoch, from_seq - 1);
      else positions.set(group_id, { epoch, seq: from_seq - 1 });
    }
    notice('subscribed', { groups });
  });
  socket.on('resync', ({ group_id, epoch, head_seq }) =>
    epoch === null ? positions.delete(group_id) : fill(group_id, epoch, head_seq),
  );
  socket.on('membership', (change) => {
    if (change.status === 'none') positions.delete(change.group_id);
    notice('membership', change);
  });
  for (const event of ['token_expiring', 'drain', 'closing']) socket.on(event, (push) => notice(event, push));
  socket.on('connect', () => {
    filling.clear(); // its requests went with the last connection
    notice('connect', {});
  });
  socket.on('disconnect', (reason) => notice('disconnect', { reason }));
  socket.on('connect_error', ({ data }) => {
    if (!data) return; // there is no connection: socket.io-client tries again by itself
    notice('refused', data);
    if (!data.can_retry) return socket.disconnect(); // for good: another token is needed
    setTimeout(() => socket.connect(), (data.retry_after_ms ?? reconnectMs) * (1 + Math.random()));
  });

  return {
    request,
    positions: () => [...positions].map(([group_id, at]) => ({ group_id, ...at })),
    /** The connection continues with another token, and the next one begins with it. */
    refresh(next) {
      token = next;
      request('refresh_token', { token }, () => undefined);
    },
    close: () => socket.disconnect(),
  };
}
