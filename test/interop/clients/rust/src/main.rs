//! Does what it reads as lines of JSON, and prints what it sees as lines of JSON.
mod plenum;

use plenum::Client;
use serde_json::{json, Value};
use tokio::io::{AsyncBufReadExt, BufReader};

fn say(saw: &str, line: &Value) {
    let mut line = line.clone();
    if !line.is_object() {
        line = json!({});
    }
    line["saw"] = saw.into();
    println!("{line}");
}

fn show(entry: &Value) {
    let word = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
    let text = match entry["message"].as_str() {
        Some(message) => format!("{}: {message}", word("from_user_id")),
        None => format!("{} {}", word("user_id"), word("type")),
    };
    say("entry", &json!({ "group_id": entry["group_id"], "seq": entry["seq"], "text": text }));
}

async fn rest(base: &str, token: &str, command: &Value) -> Result<(), Box<dyn std::error::Error>> {
    let word = |field: &str| command[field].as_str().unwrap_or_default().to_owned();
    let method = reqwest::Method::from_bytes(word("method").as_bytes())?;
    let mut request = reqwest::Client::new()
        .request(method, format!("{base}{}", word("path")))
        .bearer_auth(token)
        .header("idempotency-key", word("id"));
    if command["body"].is_object() {
        request = request.header("content-type", "application/json").body(command["body"].to_string());
    }
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_str(&answer.text().await?)?;
    say("rest", &json!({ "id": command["id"], "status": status, "body": body }));
    Ok(())
}

async fn next(client: &mut Option<Client>) -> (String, Value) {
    match client {
        Some(client) => client.next().await,
        None => std::future::pending().await,
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut client: Option<Client> = None;
    let (mut base, mut token) = (String::new(), String::new());
    say("ready", &json!({}));
    loop {
        let (line, arrived) = tokio::select! {
            line = lines.next_line() => (Some(line?), None),
            arrived = next(&mut client) => (None, Some(arrived)),
        };
        if let (Some(client), Some(arrived)) = (&mut client, arrived) {
            client.handle(arrived).await;
        }
        let Some(line) = line else { continue };
        let Some(line) = line else { return Ok(()) };
        let command: Value = serde_json::from_str(&line)?;
        let word = |field: &str| command[field].as_str().unwrap_or_default().to_owned();
        match (word("does").as_str(), &mut client) {
            ("connect", _) => {
                (base, token) = (word("url"), word("token"));
                let known = command["positions"].as_array().cloned().unwrap_or_default();
                let pause = command["reconnect_ms"].as_u64().unwrap_or(1000);
                client = Some(Client::connect(&base, &token, &known, pause, show, say).await?);
            }
            ("request", Some(client)) => {
                client.request(&word("request_type"), command["args"].clone(), &word("id")).await
            }
            ("rest", _) => rest(&base, &token, &command).await?,
            ("refresh", Some(client)) => client.refresh(&word("token")).await,
            ("positions", Some(client)) => say("positions", &json!({ "positions": client.positions() })),
            _ => (),
        }
    }
}
