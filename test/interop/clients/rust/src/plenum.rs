//! A client of Plenum by hand: it shows every entry of the user's groups once, in order, also after it lost its connection.
use futures_util::{future::BoxFuture, FutureExt};
use rust_socketio::asynchronous::{Client as Socket, ClientBuilder, ReconnectSettings};
use rust_socketio::{Error, Event, Payload, TransportType};
use serde_json::{json, Value};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};

/// What the next handshake needs.
struct Handshake {
    token: String,
    positions: HashMap<String, (String, u64)>, // the last entry of each group that was shown
    reconnect_ms: u64,
    pause_ms: u64,
    is_final: bool,
}

impl Handshake {
    fn positions(&self) -> Vec<Value> {
        let row = |(group, (epoch, seq)): (&String, &(String, u64))| json!({ "group_id": group, "epoch": epoch, "seq": seq });
        self.positions.iter().map(row).collect()
    }
    fn auth(&self) -> Value {
        json!({ "token": self.token, "positions": self.positions().into_iter().take(256).collect::<Vec<_>>() })
    }
}

/// What is done with an answer.
enum Asked {
    Resume(String),
    Fill(String, String, u64),
}

pub struct Client {
    socket: Socket,
    sender: UnboundedSender<(String, Value)>,
    received: UnboundedReceiver<(String, Value)>, // pushes and answers, in the order of the packets
    handshake: Arc<Mutex<Handshake>>,
    asked: HashMap<String, Asked>,
    filling: HashSet<String>, // groups whose missed entries are read: pushes are dropped, they come again
    show: fn(&Value),
    notice: fn(&str, &Value),
}

impl Client {
    pub async fn connect(url: &str, token: &str, known: &[Value], reconnect_ms: u64, show: fn(&Value), notice: fn(&str, &Value)) -> Result<Self, Error> {
        let positions = known.iter().map(|at| (text(at, "group_id"), (text(at, "epoch"), number(at, "seq")))).collect();
        let handshake = Handshake { token: token.into(), positions, reconnect_ms, pause_ms: reconnect_ms, is_final: false };
        let auth = handshake.auth();
        let handshake = Arc::new(Mutex::new(handshake));
        let (sender, received) = unbounded_channel();
        let [any, connected, refused] = [sender.clone(), sender.clone(), sender.clone()];
        let [next, refusal] = [handshake.clone(), handshake.clone()];
        let socket = ClientBuilder::new(format!("{url}?refusals=connect_error")) // each refusal is read, also one that may pass
            .transport_type(TransportType::Websocket)
            .auth(auth)
            .reconnect_on_disconnect(true)
            .on_any(move |event, payload, _| send(&any, event.as_str(), first(payload)))
            .on(Event::Connect, move |_, _| send(&connected, "connect", json!({})))
            .on(Event::Error, move |payload, _| {
                let Some(data) = refusal_in(payload) else { return async {}.boxed() };
                let mut handshake = refusal.lock().unwrap();
                handshake.is_final = data["can_retry"] != true;
                handshake.pause_ms = data["retry_after_ms"].as_u64().unwrap_or(handshake.reconnect_ms);
                send(&refused, "refused", data)
            })
            // Called before each attempt to connect again: the pause and the positions are ours.
            .on_reconnect(move || {
                let (pause_ms, is_final) = {
                    let mut handshake = next.lock().unwrap();
                    let pause_ms = handshake.pause_ms;
                    handshake.pause_ms = handshake.reconnect_ms;
                    (pause_ms, handshake.is_final)
                };
                let next = next.clone();
                async move {
                    if is_final {
                        std::future::pending::<()>().await; // another token is needed
                    }
                    tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                    let mut settings = ReconnectSettings::new();
                    settings.auth(next.lock().unwrap().auth());
                    settings
                }
                .boxed()
            })
            .connect()
            .await?;
        Ok(Client { socket, received, handshake, sender, asked: HashMap::new(), filling: HashSet::new(), show, notice })
    }

    /// What arrives next; it is to be handled by `handle`. A call that is cancelled takes nothing.
    pub async fn next(&mut self) -> (String, Value) {
        self.received.recv().await.expect("this client holds a sender")
    }

    pub async fn handle(&mut self, (event, push): (String, Value)) {
        match event.as_str() {
            "relay_message" => self.arrived(&push["result"]).await,
            "group_event" | "message_event" => self.arrived(&push).await,
            "subscribed" => self.subscribed(&push).await,
            "resync" => match push["epoch"].as_str() {
                Some(epoch) => self.fill(text(&push, "group_id"), epoch.into(), number(&push, "head_seq")).await,
                None => self.forget(&text(&push, "group_id")),
            },
            "membership" if push["status"] == "none" => self.forget(&text(&push, "group_id")),
            "connect" => self.filling.clear(), // its requests went with the last connection
            "answer" => match self.asked.remove(&text(&push, "request_id")) {
                Some(Asked::Resume(group)) => return self.resumed(group, &push).await,
                Some(Asked::Fill(group, epoch, head)) => return self.filled(group, epoch, head, &push).await,
                None => (),
            },
            _ => (),
        }
        if !["relay_message", "group_event", "message_event"].contains(&event.as_str()) {
            (self.notice)(&event, &push);
        }
    }

    /// The answer comes as the notice `answer`, in order with the pushes.
    pub async fn request(&self, request_type: &str, args: Value, request_id: &str) {
        let envelope = json!({ "request_type": request_type, "request_id": request_id, "args": args });
        let sender = self.sender.clone();
        let answered = move |payload: Payload, _: Socket| send(&sender, "answer", first(payload));
        // An error: the connection is gone, and the next one begins with the positions.
        let _ = self.socket.emit_with_ack("request", envelope, Duration::from_secs(30), answered).await;
    }

    async fn ask(&mut self, request_type: &str, args: Value, what: Asked) {
        let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let request_id = format!("{request_type}-{nanos}");
        self.asked.insert(request_id.clone(), what);
        self.request(request_type, args, &request_id).await;
    }

    /// The connection continues with another token, and the next one begins with it.
    pub async fn refresh(&mut self, token: &str) {
        self.handshake.lock().unwrap().token = token.into();
        self.request("refresh_token", json!({ "token": token }), &format!("refresh-{token}")[..64]).await;
    }

    pub fn positions(&self) -> Vec<Value> {
        self.handshake.lock().unwrap().positions()
    }

    fn at(&self, group: &str) -> Option<(String, u64)> {
        self.handshake.lock().unwrap().positions.get(group).cloned()
    }

    fn set(&self, group: &str, epoch: &str, seq: u64) {
        self.handshake.lock().unwrap().positions.insert(group.into(), (epoch.into(), seq));
    }

    fn forget(&mut self, group: &str) {
        self.handshake.lock().unwrap().positions.remove(group);
        self.filling.remove(group);
    }

    async fn arrived(&mut self, entry: &Value) {
        let (group, seq) = (text(entry, "group_id"), number(entry, "seq"));
        if self.filling.contains(&group) {
            return; // it comes again
        }
        match self.at(&group) {
            Some((epoch, last)) if epoch == text(entry, "epoch") && seq <= last => (), // a double
            Some((_, last)) if seq != last + 1 => self.resume(group).await, // a hole, or another log
            _ => self.take(entry),
        }
    }

    fn take(&mut self, entry: &Value) {
        let group = text(entry, "group_id");
        self.set(&group, &text(entry, "epoch"), number(entry, "seq"));
        if entry["type"] == "deleted" {
            self.forget(&group); // the log has ended
        }
        (self.show)(entry);
    }

    /// Asks for what follows the position; what was missed comes as pushes.
    async fn resume(&mut self, group: String) {
        self.filling.insert(group.clone());
        let Some((epoch, seq)) = self.at(&group) else { return self.forget(&group) };
        let args = json!({ "groups": [{ "group_id": group, "epoch": epoch, "seq": seq }] });
        self.ask("subscribe", args, Asked::Resume(group)).await;
    }

    async fn resumed(&mut self, group: String, answer: &Value) {
        let row = if answer["success"] == true { &answer["result"]["groups"][0] } else { answer };
        if row["recovered"] == true {
            self.filling.remove(&group);
        } else if row["from_seq"].is_u64() {
            self.fill(group, text(row, "epoch"), number(row, "from_seq") - 1).await;
        } else {
            self.not_read(group, row).await;
        }
    }

    /// Reads the log up to this seq, page by page, where the server does not push what was missed.
    async fn fill(&mut self, group: String, epoch: String, head: u64) {
        self.filling.insert(group.clone());
        let after = match self.at(&group) {
            Some((known, seq)) if known == epoch && seq < head => seq,
            _ => 0,
        };
        let args = json!({ "group_id": group, "after": after, "limit": 200 });
        self.ask("history", args, Asked::Fill(group, epoch, head)).await;
    }

    async fn filled(&mut self, group: String, epoch: String, head: u64, answer: &Value) {
        let Some(entries) = answer["result"]["entries"].as_array() else { return self.not_read(group, answer).await };
        for entry in entries.iter().filter(|entry| number(entry, "seq") <= head) {
            self.take(entry);
        }
        if entries.len() == 200 && number(&entries[199], "seq") < head {
            return Box::pin(self.fill(group, epoch, head)).await;
        }
        self.set(&group, &epoch, head);
        self.resume(group).await;
    }

    async fn not_read(&mut self, group: String, failure: &Value) {
        if failure["can_retry"] != true {
            return self.forget(&group);
        }
        tokio::time::sleep(Duration::from_millis(failure["retry_after_ms"].as_u64().unwrap_or(500))).await;
        Box::pin(self.resume(group)).await;
    }

    async fn subscribed(&mut self, push: &Value) {
        for row in push["groups"].as_array().unwrap_or(&vec![]) {
            let (group, epoch, before) = (text(row, "group_id"), text(row, "epoch"), number(row, "from_seq") - 1);
            if row["reason"].is_string() {
                self.fill(group, epoch, before).await;
            } else if row["recovered"] != true {
                self.set(&group, &epoch, before);
            }
        }
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().into()
}
fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or_default()
}
fn send(sender: &UnboundedSender<(String, Value)>, event: &str, value: Value) -> BoxFuture<'static, ()> {
    let _ = sender.send((event.into(), value));
    async {}.boxed()
}
/// The first argument of a push, or of an ack, whose arguments the library leaves in an array.
fn first(payload: Payload) -> Value {
    match payload {
        Payload::Text(mut values) if !values.is_empty() => match values.swap_remove(0) {
            Value::Array(mut args) if !args.is_empty() => args.swap_remove(0),
            value => value,
        },
        _ => Value::Null,
    }
}
/// The library gives a refusal as a text, the end of which is its JSON.
fn refusal_in(payload: Payload) -> Option<Value> {
    let said = first(payload);
    let said = said.as_str()?.strip_prefix("Received an ConnectError frame: ")?;
    Some(serde_json::from_str::<Value>(said).ok()?["data"].clone())
}
