import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.json.JSONException;
import org.json.JSONObject;

/** Does what it reads as lines of JSON, and prints what it sees as lines of JSON. */
public final class Actor {
  private static final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private static synchronized void say(String saw, JSONObject line) {
    try {
      out.println(new JSONObject(line.toString()).put("saw", saw));
    } catch (JSONException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void show(JSONObject entry) {
    try {
      String text =
          entry.has("message")
              ? entry.getString("from_user_id") + ": " + entry.getString("message")
              : entry.getString("user_id") + " " + entry.getString("type");
      JSONObject line = new JSONObject().put("group_id", entry.getString("group_id")).put("text", text);
      say("entry", line.put("seq", entry.getLong("seq")));
    } catch (JSONException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void rest(String url, String token, JSONObject command) throws Exception {
    JSONObject body = command.optJSONObject("body");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + command.getString("path")))
            .header("authorization", "Bearer " + token)
            .header("idempotency-key", command.getString("id"))
            .method(
                command.getString("method"),
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
    if (body != null) request.header("content-type", "application/json");
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    JSONObject line = new JSONObject().put("id", command.getString("id")).put("status", answer.statusCode());
    say("rest", line.put("body", new JSONObject(answer.body())));
  }

  public static void main(String[] none) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PlenumClient client = null;
    String url = "";
    String token = "";
    say("ready", new JSONObject());
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JSONObject command = new JSONObject(line);
      switch (command.getString("does")) {
        case "connect" -> {
          url = command.getString("url");
          token = command.getString("token");
          client = new PlenumClient(url, Actor::show, Actor::say, command.getLong("reconnect_ms"));
          client.connect(token, command.getJSONArray("positions"));
        }
        case "request" ->
            client.request(
                command.getString("request_type"),
                command.getJSONObject("args"),
                command.getString("id"),
                answer -> say("answer", answer));
        case "rest" -> rest(url, token, command);
        case "refresh" -> client.refresh(command.getString("token"));
        case "positions" -> say("positions", new JSONObject().put("positions", client.positions()));
        default -> throw new IllegalArgumentException(line);
      }
    }
    if (client != null) client.close();
    System.exit(0);
  }
}
