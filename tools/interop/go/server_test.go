package interop

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
)

// The digest of super:super.
const superDigest = "super:gG7s8t3oDEtIqF6DM9LlI/R+9Ss="

// server is one server of the kind TARGET names, with its own data and port.
type server struct {
	address string
	config  string
	log     string
	command *exec.Cmd
}

// shared serves the tests that do not stop it.
var shared *server

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "interop-go-")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	shared, err = startServer(folder)
	status := 1
	if err != nil {
		fmt.Println(err)
	} else {
		status = m.Run()
		shared.end(syscall.SIGKILL)
	}
	os.RemoveAll(folder)
	os.Exit(status)
}

func startServer(folder string) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	s := &server{
		address: fmt.Sprintf("127.0.0.1:%d", port),
		config:  filepath.Join(folder, "zoo.cfg"),
		log:     filepath.Join(folder, "log"),
	}
	data := filepath.Join(folder, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		return nil, err
	}
	lines := []string{
		"tickTime=500",
		"dataDir=" + data,
		fmt.Sprintf("clientPort=%d", port),
		"clientPortAddress=127.0.0.1",
		"maxClientCnxns=0",
		"admin.enableServer=false",
		"4lw.commands.whitelist=*",
		"extendedTypesEnabled=true",
		"DigestAuthenticationProvider.superDigest=" + superDigest,
		"znode.container.checkIntervalMs=1000",
		"",
	}
	if err := os.WriteFile(s.config, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		return nil, err
	}
	return s, s.start()
}

func (s *server) start() error {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	s.command = exec.Command(os.Getenv("INTEROP_SERVE"), s.config)
	s.command.Stdout = log
	s.command.Stderr = log
	if err := s.command.Start(); err != nil {
		return err
	}
	for i := 0; i < 200; i++ {
		if zk.FLWRuok([]string{s.address}, time.Second)[0] {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.end(syscall.SIGKILL)
	said, _ := os.ReadFile(s.log)
	return fmt.Errorf("the server did not start:\n%s", said)
}

func (s *server) end(how syscall.Signal) {
	s.command.Process.Signal(how)
	s.command.Wait()
}

// wire is a dialer that can be cut: its connections end and new ones are refused until it is mended.
type wire struct {
	sync.Mutex
	cut   bool
	conns []net.Conn
}

func (w *wire) dial(network, address string, timeout time.Duration) (net.Conn, error) {
	w.Lock()
	defer w.Unlock()
	if w.cut {
		return nil, errors.New("the wire is cut")
	}
	conn, err := net.DialTimeout(network, address, timeout)
	if err == nil {
		w.conns = append(w.conns, conn)
	}
	return conn, err
}

func (w *wire) set(cut bool) {
	w.Lock()
	defer w.Unlock()
	w.cut = cut
	if cut {
		for _, conn := range w.conns {
			conn.Close()
		}
		w.conns = nil
	}
}

type silent struct{}

func (silent) Printf(string, ...interface{}) {}

// client is a connection with its session's states.
type client struct {
	*zk.Conn
	t      *testing.T
	events <-chan zk.Event
	wire   *wire
}

func connect(t *testing.T, s *server, timeout time.Duration) *client {
	t.Helper()
	w := &wire{}
	conn, events, err := zk.Connect([]string{s.address}, timeout,
		zk.WithLogger(silent{}), zk.WithLogInfo(false), zk.WithDialer(w.dial))
	ok(t, err)
	t.Cleanup(conn.Close)
	c := &client{conn, t, events, w}
	c.await(zk.StateHasSession)
	return c
}

func (c *client) await(state zk.State) {
	c.t.Helper()
	end := time.After(20 * time.Second)
	for {
		select {
		case event := <-c.events:
			if event.Type == zk.EventSession && event.State == state {
				return
			}
		case <-end:
			c.t.Fatalf("no state %v within 20 s", state)
		}
	}
}

func (c *client) create(path string, flags int32) string {
	c.t.Helper()
	created, err := c.Create(path, []byte("x"), flags, zk.WorldACL(zk.PermAll))
	ok(c.t, err)
	return created
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, expected, actual interface{}) {
	t.Helper()
	if !reflect.DeepEqual(expected, actual) {
		t.Fatalf("expected %v, got %v", expected, actual)
	}
}

func fails(t *testing.T, expected, err error) {
	t.Helper()
	if !errors.Is(err, expected) {
		t.Fatalf("expected the error %v, got %v", expected, err)
	}
}

func next(t *testing.T, events <-chan zk.Event, kind zk.EventType, path string) {
	t.Helper()
	select {
	case event := <-events:
		equal(t, fmt.Sprintf("%v %s <nil>", kind, path), fmt.Sprintf("%v %s %v", event.Type, event.Path, event.Err))
	case <-time.After(15 * time.Second):
		t.Fatalf("no event %v of %s within 15 s", kind, path)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not within 15 s: " + what)
		}
	}
}

func word(t *testing.T, s *server, word string) string {
	t.Helper()
	conn, err := net.DialTimeout("tcp", s.address, time.Second)
	ok(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte(word))
	ok(t, err)
	said, err := io.ReadAll(conn)
	ok(t, err)
	return string(said)
}
