import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/**
 * A client of Plenum by hand: it shows every entry of the user's groups once, in order, also after it lost its connection. The
 * library calls it in the order of the packets, on one thread; what the application and timers do is synchronized with that.
 */
public final class PlenumClient {
  public record Position(String epoch, long seq) {}

  private interface Handler {
    void on(JSONObject push) throws JSONException;
  }

  private final Map<String, Position> positions = new HashMap<>(); // the last entry of each group that was shown
  private final Set<String> filling = new HashSet<>(); // groups whose missed entries are read: pushes come again
  private final Map<String, String> auth = new HashMap<>();
  private final Timer timer = new Timer(true);
  private final Consumer<JSONObject> show;
  private final BiConsumer<String, JSONObject> notice;
  private final Socket socket;
  private final long reconnectMs;

  public PlenumClient(
      String url, Consumer<JSONObject> show, BiConsumer<String, JSONObject> notice, long reconnectMs)
      throws Exception {
    this.show = show;
    this.notice = notice;
    this.reconnectMs = reconnectMs;
    IO.Options options = new IO.Options();
    options.transports = new String[] {"websocket"};
    options.forceNew = true;
    options.reconnectionDelay = reconnectMs;
    options.reconnectionDelayMax = 5 * reconnectMs;
    options.auth = auth;
    options.query = "refusals=connect_error"; // each refusal is read, also one that may pass
    socket = IO.socket(url, options);
    on("relay_message", push -> arrived(push.getJSONObject("result")));
    on("group_event", this::arrived);
    on("message_event", this::arrived);
    on("subscribed", this::subscribed);
    on("resync", push -> {
      if (push.isNull("epoch")) positions.remove(push.getString("group_id"));
      else fill(push.getString("group_id"), push.getString("epoch"), push.getLong("head_seq"));
    });
    on("membership", push -> {
      if (push.getString("status").equals("none")) positions.remove(push.getString("group_id"));
      notice.accept("membership", push);
    });
    for (String event : List.of("token_expiring", "drain")) {
      on(event, push -> notice.accept(event, push));
    }
    on("closing", push -> {
      notice.accept("closing", push);
      socket.disconnect(); // the library would notice the end only by its heartbeat, after 45 s
      later(reconnectMs, none -> socket.connect());
    });
    on(Socket.EVENT_CONNECT, none -> {
      filling.clear(); // its requests went with the last connection
      notice.accept("connect", new JSONObject());
    });
    on(Socket.EVENT_DISCONNECT, none -> claim());
    on(Socket.EVENT_CONNECT_ERROR, this::refused);
  }

  public synchronized void connect(String token, JSONArray known) throws JSONException {
    for (int i = 0; i < known.length(); i++) {
      JSONObject at = known.getJSONObject(i);
      positions.put(at.getString("group_id"), new Position(at.getString("epoch"), at.getLong("seq")));
    }
    auth.put("token", token);
    claim();
    socket.connect();
  }

  /** The connection continues with another token, and the next one begins with it. */
  public synchronized void refresh(String token) throws JSONException {
    auth.put("token", token);
    ask("refresh_token", new JSONObject().put("token", token), answer -> {});
  }

  public void close() {
    socket.disconnect();
  }

  public synchronized JSONArray positions() throws JSONException {
    JSONArray rows = new JSONArray();
    for (Map.Entry<String, Position> at : positions.entrySet()) {
      rows.put(row(at.getKey(), at.getValue()));
    }
    return rows;
  }

  private static JSONObject row(String group, Position at) throws JSONException {
    return new JSONObject().put("group_id", group).put("epoch", at.epoch()).put("seq", at.seq());
  }

  /** The handshake of the next connection; this library takes only texts in it. */
  private void claim() throws JSONException {
    JSONArray all = positions();
    JSONArray first = new JSONArray();
    for (int i = 0; i < Math.min(256, all.length()); i++) first.put(all.get(i));
    auth.put("positions", first.toString());
  }

  private void on(String event, Handler handler) {
    socket.on(event, args -> {
      Object push = args.length == 0 ? null : args[0];
      call(handler, push instanceof JSONObject object ? object : new JSONObject());
    });
  }

  private synchronized void call(Handler handler, JSONObject push) {
    try {
      handler.on(push);
    } catch (JSONException error) {
      throw new IllegalStateException(error);
    }
  }

  /** The answer comes in order with the pushes. */
  public void request(String type, JSONObject args, String id, Consumer<JSONObject> answered)
      throws JSONException {
    JSONObject envelope = new JSONObject().put("request_type", type).put("request_id", id).put("args", args);
    socket.emit("request", envelope, (Ack) answer -> answered.accept((JSONObject) answer[0]));
  }

  private void ask(String type, JSONObject args, Handler answered) throws JSONException {
    request(type, args, UUID.randomUUID().toString(), answer -> call(answered, answer));
  }

  private void refused(JSONObject answer) throws JSONException {
    JSONObject data = answer.optJSONObject("data");
    if (data == null) return; // there is no connection: the library tries again by itself
    notice.accept("refused", data);
    if (!data.getBoolean("can_retry")) return; // for good: another token is needed
    long pause = data.optLong("retry_after_ms", reconnectMs);
    later(pause + (long) (Math.random() * pause), none -> socket.connect());
  }

  private void arrived(JSONObject entry) throws JSONException {
    String group = entry.getString("group_id");
    long seq = entry.getLong("seq");
    Position at = positions.get(group);
    if (filling.contains(group)) return; // it comes again
    if (at != null && at.epoch().equals(entry.getString("epoch")) && seq <= at.seq()) return; // a double
    if (at != null && seq != at.seq() + 1) resume(group); // a hole, or another log
    else take(entry);
  }

  private void take(JSONObject entry) throws JSONException {
    String group = entry.getString("group_id");
    positions.put(group, new Position(entry.getString("epoch"), entry.getLong("seq")));
    if (entry.optString("type").equals("deleted")) positions.remove(group); // the log has ended
    show.accept(entry);
  }

  /** Asks for what follows the position; what was missed comes as pushes. */
  private void resume(String group) throws JSONException {
    filling.add(group);
    JSONObject args = new JSONObject().put("groups", new JSONArray().put(row(group, positions.get(group))));
    ask("subscribe", args, answer -> {
      boolean isAnswered = answer.getBoolean("success");
      JSONObject row = isAnswered ? answer.getJSONObject("result").getJSONArray("groups").getJSONObject(0) : answer;
      if (row.optBoolean("recovered")) filling.remove(group);
      else if (row.has("from_seq")) fill(group, row.getString("epoch"), row.getLong("from_seq") - 1);
      else notRead(group, row);
    });
  }

  /** Reads the log up to this seq, page by page, where the server does not push what was missed. */
  private void fill(String group, String epoch, long head) throws JSONException {
    filling.add(group);
    Position at = positions.get(group);
    long after = at != null && at.epoch().equals(epoch) && at.seq() < head ? at.seq() : 0;
    JSONObject args = new JSONObject().put("group_id", group).put("after", after).put("limit", 200);
    ask("history", args, answer -> {
      if (!answer.getBoolean("success")) {
        notRead(group, answer);
        return;
      }
      JSONArray entries = answer.getJSONObject("result").getJSONArray("entries");
      long last = head;
      for (int i = 0; i < entries.length(); i++) {
        last = entries.getJSONObject(i).getLong("seq");
        if (last <= head) take(entries.getJSONObject(i));
      }
      if (entries.length() == 200 && last < head) {
        fill(group, epoch, head);
        return;
      }
      positions.put(group, new Position(epoch, head));
      resume(group);
    });
  }

  private void notRead(String group, JSONObject failure) {
    if (failure.optBoolean("can_retry")) {
      later(failure.optLong("retry_after_ms", 500), none -> resume(group));
      return;
    }
    filling.remove(group);
    positions.remove(group);
  }

  private void subscribed(JSONObject push) throws JSONException {
    JSONArray rows = push.getJSONArray("groups");
    for (int i = 0; i < rows.length(); i++) {
      JSONObject row = rows.getJSONObject(i);
      long before = row.getLong("from_seq") - 1;
      if (row.has("reason")) fill(row.getString("group_id"), row.getString("epoch"), before);
      else if (!row.getBoolean("recovered"))
        positions.put(row.getString("group_id"), new Position(row.getString("epoch"), before));
    }
    notice.accept("subscribed", push);
  }

  private void later(long ms, Handler what) {
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            call(what, new JSONObject());
          }
        },
        ms);
  }
}
