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
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
)

// The digest of super:super.
const superDigest = "super:gG7s8t3oDEtIqF6DM9LlI/R+9Ss="

// server is one server of the kind TARGET names, with its own data and port; SERVERS > 1 makes it a follower of an
// ensemble of so many, of which others holds the rest. Tests of several clients all talk to address.
type server struct {
	address string
	config  string
	log     string
	command *exec.Cmd
	others  []*server
}

// shared serves the tests that do not stop it.
var shared *server

// size is how many servers there are.
var size, _ = strconv.Atoi(os.Getenv("SERVERS"))

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

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func startServer(folder string) (*server, error) {
	ports := make([]int, 3*size)
	for i := range ports {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		ports[i] = port
	}
	ensemble := []string{"initLimit=20", "syncLimit=10"}
	for i := 0; size > 1 && i < size; i++ {
		ensemble = append(ensemble, fmt.Sprintf("server.%d=127.0.0.1:%d:%d", i+1, ports[3*i+1], ports[3*i+2]))
	}
	servers := make([]*server, size)
	for i := range servers {
		own := filepath.Join(folder, fmt.Sprint(i+1))
		servers[i] = &server{
			address: fmt.Sprintf("127.0.0.1:%d", ports[3*i]),
			config:  filepath.Join(own, "zoo.cfg"),
			log:     filepath.Join(own, "log"),
		}
		data := filepath.Join(own, "data")
		if err := os.MkdirAll(data, 0o755); err != nil {
			return nil, err
		}
		lines := append([]string{
			"tickTime=500",
			"dataDir=" + data,
			fmt.Sprintf("clientPort=%d", ports[3*i]),
			"clientPortAddress=127.0.0.1",
			"maxClientCnxns=0",
			"admin.enableServer=false",
			"4lw.commands.whitelist=*",
			"extendedTypesEnabled=true",
			"DigestAuthenticationProvider.superDigest=" + superDigest,
			"znode.container.checkIntervalMs=1000",
		}, ensemble...)
		if err := os.WriteFile(servers[i].config, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(data, "myid"), []byte(fmt.Sprintln(i+1)), 0o644); err != nil {
			return nil, err
		}
	}
	first := servers[0]
	first.others = servers[1:]
	if err := first.start(); err != nil {
		return nil, err
	}
	for i, follower := range servers {
		if follower.mode() != "leader" {
			first.others = nil
			follower.others = append(append([]*server{}, servers[:i]...), servers[i+1:]...)
			return follower, nil
		}
	}
	first.end(syscall.SIGKILL)
	return nil, errors.New("every server leads")
}

// all is the server and the others of its ensemble.
func (s *server) all() []*server {
	return append([]*server{s}, s.others...)
}

func (s *server) addresses() []string {
	var addresses []string
	for _, one := range s.all() {
		addresses = append(addresses, one.address)
	}
	return addresses
}

// start starts it and the others of its ensemble, and returns when all take clients.
func (s *server) start() error {
	for _, one := range s.all() {
		if err := one.launch(); err != nil {
			return err
		}
	}
	for _, one := range s.all() {
		if err := one.serves(); err != nil {
			s.end(syscall.SIGKILL)
			return err
		}
	}
	return nil
}

// launch starts it alone, and does not wait: a server of an ensemble has to wait for others.
func (s *server) launch() error {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	s.command = exec.Command(os.Getenv("INTEROP_SERVE"), s.config)
	s.command.Stdout = log
	s.command.Stderr = log
	return s.command.Start()
}

func (s *server) serves() error {
	for i := 0; i < 300; i++ {
		if s.mode() != "" {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	said, _ := os.ReadFile(s.log)
	return fmt.Errorf("the server did not start:\n%s", said)
}

// mode is what srvr says: standalone, leader or follower; empty while the server takes no clients.
func (s *server) mode() string {
	said, err := s.word("srvr")
	if err != nil {
		return ""
	}
	_, line, _ := strings.Cut(said, "\nMode: ")
	mode, _, _ := strings.Cut(line, "\n")
	return mode
}

func (s *server) word(word string) (string, error) {
	conn, err := net.DialTimeout("tcp", s.address, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err = conn.Write([]byte(word)); err != nil {
		return "", err
	}
	said, err := io.ReadAll(conn)
	return string(said), err
}

// end ends it and the others of its ensemble.
func (s *server) end(how syscall.Signal) {
	for _, one := range s.all() {
		if one.command != nil {
			one.command.Process.Signal(how)
		}
	}
	for _, one := range s.all() {
		if one.command != nil {
			one.command.Wait()
		}
	}
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
	return connectTo(t, []string{s.address}, timeout)
}

func connectTo(t *testing.T, addresses []string, timeout time.Duration) *client {
	t.Helper()
	w := &wire{}
	conn, events, err := zk.Connect(addresses, timeout,
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
