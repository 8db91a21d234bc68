// Command recipes is go-zookeeper's Lock, told what to do line by line; see ../src/helper.ts for the protocol. Each
// handle has a goroutine of its own, so that what one waits for holds up no other.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"
)

type silent struct{}

func (silent) Printf(string, ...interface{}) {}

type request struct {
	number, verb string
	arguments    []string
}

var said sync.Mutex

func say(fields ...string) {
	said.Lock()
	defer said.Unlock()
	fmt.Println(strings.Join(fields, "\t"))
}

func main() {
	timeoutMs, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	client, events, err := zk.Connect([]string{os.Args[1]}, time.Duration(timeoutMs)*time.Millisecond, zk.WithLogger(silent{}))
	if err != nil {
		log.Fatal(err)
	}
	for event := range events {
		if event.State == zk.StateHasSession {
			break
		}
	}
	go func() {
		for range events {
		}
	}()
	say("ready")
	handles := map[string]chan request{}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		fields := strings.Split(in.Text(), "\t")
		handle, ok := handles[fields[1]]
		if !ok {
			handle = make(chan request, 100)
			handles[fields[1]] = handle
			go work(client, handle)
		}
		handle <- request{fields[0], fields[2], fields[3:]}
	}
	client.Close()
}

func work(client *zk.Conn, requests chan request) {
	var lock *zk.Lock
	for each := range requests {
		var err error
		switch {
		case lock == nil && each.verb == "lock":
			lock = zk.NewLock(client, each.arguments[0], zk.WorldACL(zk.PermAll))
		case lock != nil && each.verb == "acquire":
			err = lock.Lock()
		case lock != nil && each.verb == "release":
			err = lock.Unlock()
		default:
			err = errors.New("no verb " + each.verb)
		}
		if err != nil {
			say(each.number, "error", err.Error())
		} else {
			say(each.number, "ok", "true")
		}
	}
}
