// A client of Plenum by hand: it shows every entry of the user's groups once, in order, also after it lost its connection.
package main

import (
	"crypto/rand"
	"errors"
	"math"
	mathrand "math/rand"
	"sync"
	"time"

	"github.com/zishang520/socket.io/clients/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

type fields = map[string]any

// Position is the last entry of a group that was shown.
type Position struct {
	GroupID string  `json:"group_id"`
	Epoch   string  `json:"epoch"`
	Seq     float64 `json:"seq"`
}

type Client struct {
	Show        func(entry fields)
	Notice      func(event string, push fields)
	ReconnectMs float64

	token     string
	lock      sync.Mutex // the library calls in the order of the packets; timers and the application come between
	positions map[string]Position
	filling   map[string]bool // groups whose missed entries are read: pushes are dropped, they come again
	socket    *socket.Socket
}

func (c *Client) Connect(url, token string, known []Position) error {
	c.token, c.positions, c.filling = token, map[string]Position{}, map[string]bool{}
	for _, at := range known {
		c.positions[at.GroupID] = at
	}
	options := socket.DefaultOptions()
	options.SetTransports(types.NewSet(socket.WebSocket))
	options.SetForceNew(true)
	options.SetAutoConnect(false)
	options.SetReconnection(false) // this client connects again by itself, also after a refusal
	// Release 3.0.6 notices by this time only that there is no server.
	options.SetTimeout(10 * time.Duration(c.ReconnectMs) * time.Millisecond)
	options.SetAuth(fields{})
	var err error
	// With this query each refusal is read, also one that may pass.
	if c.socket, err = socket.Connect(url+"?refusals=connect_error", options); err != nil {
		return err
	}
	on := func(event types.EventName, handle func(push fields)) {
		c.socket.On(event, func(args ...any) {
			c.lock.Lock()
			defer c.lock.Unlock()
			push, _ := first(args).(fields)
			handle(push)
		})
	}
	on("relay_message", func(push fields) { c.arrived(push["result"].(fields)) })
	on("group_event", c.arrived)
	on("message_event", c.arrived)
	on("subscribed", c.subscribed)
	on("resync", func(push fields) {
		if epoch, ok := push["epoch"].(string); ok {
			c.fill(push["group_id"].(string), epoch, push["head_seq"].(float64))
		} else {
			delete(c.positions, push["group_id"].(string))
		}
	})
	on("membership", func(push fields) {
		if push["status"] == "none" {
			delete(c.positions, push["group_id"].(string))
		}
		c.Notice("membership", push)
	})
	for _, event := range []string{"token_expiring", "drain", "closing"} {
		on(types.EventName(event), func(push fields) { c.Notice(event, push) })
	}
	on("connect", func(fields) {
		clear(c.filling) // its requests went with the last connection
		c.Notice("connect", fields{})
	})
	on("disconnect", func(fields) { c.connectIn(c.ReconnectMs) })
	c.socket.On("connect_error", func(args ...any) { c.refused(first(args)) })
	c.open()
	return nil
}

func (c *Client) open() {
	auth := c.socket.Auth() // the map that the next handshake sends
	auth["token"], auth["positions"] = c.token, c.known()[:min(256, len(c.positions))]
	c.socket.Connect()
}

func (c *Client) connectIn(ms float64) {
	c.later(ms*(1+mathrand.Float64()), c.open)
}

func (c *Client) known() []Position {
	all := make([]Position, 0, len(c.positions))
	for _, at := range c.positions {
		all = append(all, at)
	}
	return all
}

func (c *Client) refused(cause any) {
	var refusal *types.ExtendedError
	if err, _ := cause.(error); !errors.As(err, &refusal) {
		c.connectIn(c.ReconnectMs) // there is no connection
		return
	}
	data := refusal.Data.(fields)
	c.Notice("refused", data)
	if pause, ok := data["retry_after_ms"].(float64); ok {
		c.connectIn(pause)
	} else if data["can_retry"] == true {
		c.connectIn(c.ReconnectMs)
	} // else for good: another token is needed
}

// Request calls answered with the answer, in order with the pushes.
func (c *Client) Request(requestType string, args any, requestID string, answered func(answer fields)) {
	envelope := fields{"request_type": requestType, "request_id": requestID, "args": args}
	c.socket.EmitWithAck("request", envelope)(func(args []any, err error) {
		if answer, ok := first(args).(fields); ok && err == nil {
			answered(answer)
		}
	})
}

func (c *Client) ask(requestType string, args any, answered func(answer fields)) {
	c.Request(requestType, args, rand.Text(), func(answer fields) {
		c.lock.Lock()
		defer c.lock.Unlock()
		answered(answer)
	})
}

// Refresh makes the connection continue with another token, with which the next one begins.
func (c *Client) Refresh(token string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.token = token
	c.ask("refresh_token", fields{"token": token}, func(fields) {})
}

func (c *Client) arrived(entry fields) {
	group, seq := entry["group_id"].(string), entry["seq"].(float64)
	at, isKnown := c.positions[group]
	if c.filling[group] || isKnown && at.Epoch == entry["epoch"] && seq <= at.Seq {
		return // it comes again, or it is a double
	}
	if isKnown && seq != at.Seq+1 {
		c.resume(group) // a hole, or another log
	} else {
		c.take(entry)
	}
}

func (c *Client) take(entry fields) {
	group := entry["group_id"].(string)
	c.positions[group] = Position{group, entry["epoch"].(string), entry["seq"].(float64)}
	if entry["type"] == "deleted" {
		delete(c.positions, group) // the log has ended
	}
	c.Show(entry)
}

// Asks for what follows the position; what was missed comes as pushes.
func (c *Client) resume(group string) {
	c.filling[group] = true
	c.ask("subscribe", fields{"groups": []any{c.positions[group]}}, func(answer fields) {
		row := answer
		if answer["success"] == true {
			row = answer["result"].(fields)["groups"].([]any)[0].(fields)
		}
		if row["recovered"] == true {
			delete(c.filling, group)
		} else if fromSeq, ok := row["from_seq"].(float64); ok {
			c.fill(group, row["epoch"].(string), fromSeq-1)
		} else {
			c.notRead(group, row)
		}
	})
}

// Reads the log up to this seq, page by page, where the server does not push what was missed.
func (c *Client) fill(group, epoch string, head float64) {
	c.filling[group] = true
	after := 0.0
	if at := c.positions[group]; at.Epoch == epoch && at.Seq < head {
		after = at.Seq
	}
	c.ask("history", fields{"group_id": group, "after": after, "limit": 200}, func(answer fields) {
		if answer["success"] != true {
			c.notRead(group, answer)
			return
		}
		last := math.Inf(1)
		entries := answer["result"].(fields)["entries"].([]any)
		for _, entry := range entries {
			if last = entry.(fields)["seq"].(float64); last <= head {
				c.take(entry.(fields))
			}
		}
		if len(entries) == 200 && last < head {
			c.fill(group, epoch, head)
			return
		}
		c.positions[group] = Position{group, epoch, head}
		c.resume(group)
	})
}

func (c *Client) notRead(group string, failure fields) {
	if failure["can_retry"] == true {
		c.later(500, func() { c.resume(group) })
		return
	}
	delete(c.filling, group)
	delete(c.positions, group)
}

func (c *Client) subscribed(push fields) {
	for _, one := range push["groups"].([]any) {
		row := one.(fields)
		group, epoch, before := row["group_id"].(string), row["epoch"].(string), row["from_seq"].(float64)-1
		if row["reason"] != nil {
			c.fill(group, epoch, before)
		} else if row["recovered"] != true {
			c.positions[group] = Position{group, epoch, before}
		}
	}
	c.Notice("subscribed", push)
}

func (c *Client) later(ms float64, do func()) {
	time.AfterFunc(time.Duration(ms)*time.Millisecond, func() {
		c.lock.Lock()
		defer c.lock.Unlock()
		do()
	})
}

func first(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}
