package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

type command struct {
	Does, URL, Token, ID, Method, Path string
	RequestType                        string `json:"request_type"`
	Args, Body                         json.RawMessage
	Positions                          []Position
	ReconnectMs                        float64 `json:"reconnect_ms"`
}

var output sync.Mutex

func say(saw string, line fields) {
	copied := fields{"saw": saw}
	for name, value := range line {
		copied[name] = value
	}
	text, _ := json.Marshal(copied)
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(text))
}

func show(entry fields) {
	text := fmt.Sprintf("%v: %v", entry["from_user_id"], entry["message"])
	if entry["message"] == nil {
		text = fmt.Sprintf("%v %v", entry["user_id"], entry["type"])
	}
	say("entry", fields{"group_id": entry["group_id"], "seq": entry["seq"], "text": text})
}

func rest(base, token string, c command) {
	request, _ := http.NewRequest(c.Method, base+c.Path, bytes.NewReader(c.Body))
	request.Header.Set("authorization", "Bearer "+token)
	request.Header.Set("idempotency-key", c.ID)
	if c.Body != nil {
		request.Header.Set("content-type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	say("rest", fields{"id": c.ID, "status": answer.StatusCode, "body": json.RawMessage(text)})
}

// Does what it reads as lines of JSON, and prints what it sees as lines of JSON.
func main() {
	client := &Client{Show: show, Notice: say}
	var base, token string
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	say("ready", nil)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			panic(err)
		}
		switch c.Does {
		case "connect":
			base, token, client.ReconnectMs = c.URL, c.Token, c.ReconnectMs
			if err := client.Connect(c.URL, c.Token, c.Positions); err != nil {
				panic(err)
			}
		case "request":
			client.Request(c.RequestType, c.Args, c.ID, func(answer fields) { say("answer", answer) })
		case "rest":
			rest(base, token, c)
		case "refresh":
			client.Refresh(c.Token)
		case "positions":
			say("positions", fields{"positions": client.known()})
		}
	}
}
