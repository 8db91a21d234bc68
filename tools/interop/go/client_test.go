// Package interop runs github.com/go-zookeeper/zk, unmodified, against TARGET.
package interop

import (
	"regexp"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
)

func TestCreate(t *testing.T) {
	c := connect(t, shared, 5*time.Second)
	acl := zk.WorldACL(zk.PermAll)
	equal(t, "/create", c.create("/create", zk.FlagPersistent))
	equal(t, "/create/e", c.create("/create/e", zk.FlagEphemeral))
	equal(t, "/create/s-0000000001", c.create("/create/s-", zk.FlagSequence))
	equal(t, "/create/es-0000000002", c.create("/create/es-", zk.FlagEphemeralSequential))
	path, err := c.CreateContainer("/create/c", nil, zk.FlagContainer, acl)
	ok(t, err)
	equal(t, "/create/c", path)
	path, err = c.CreateTTL("/create/t", nil, zk.FlagTTL, acl, time.Hour)
	ok(t, err)
	equal(t, "/create/t", path)
	path, err = c.CreateTTL("/create/ts-", nil, zk.FlagPersistentSequentialWithTTL, acl, time.Hour)
	ok(t, err)
	equal(t, "/create/ts-0000000005", path)
	path, err = c.CreateProtectedEphemeralSequential("/create/p-", nil, acl)
	ok(t, err)
	if !regexp.MustCompile(`^/create/_c_[0-9a-f]{32}-p-0000000006$`).MatchString(path) {
		t.Fatal(path)
	}

	exists, stat, err := c.Exists("/create/e")
	ok(t, err)
	equal(t, true, exists)
	equal(t, c.SessionID(), stat.EphemeralOwner)
	_, stat, err = c.Exists("/create")
	ok(t, err)
	equal(t, int32(7), stat.NumChildren)
	equal(t, int32(7), stat.Cversion)

	_, err = c.Create("/create", nil, 0, acl)
	fails(t, zk.ErrNodeExists, err)
	_, err = c.Create("/nowhere/a", nil, 0, acl)
	fails(t, zk.ErrNoNode, err)
	_, err = c.Create("/create/e/a", nil, 0, acl)
	fails(t, zk.ErrNoChildrenForEphemerals, err)
	_, err = c.Create("/create/x", nil, 0, nil)
	fails(t, zk.ErrInvalidACL, err)
}

func TestCollected(t *testing.T) {
	c := connect(t, shared, 5*time.Second)
	acl := zk.WorldACL(zk.PermAll)
	_, err := c.CreateContainer("/container", nil, zk.FlagContainer, acl)
	ok(t, err)
	c.create("/container/a", 0)
	_, err = c.CreateTTL("/ttl", nil, zk.FlagTTL, acl, 500*time.Millisecond)
	ok(t, err)
	gone := func(path string) func() bool {
		return func() bool {
			exists, _, err := c.Exists(path)
			ok(t, err)
			return !exists
		}
	}
	eventually(t, "the TTL node goes", gone("/ttl"))
	ok(t, c.Delete("/container/a", -1))
	eventually(t, "the container goes", gone("/container"))
}

func TestGetSetDelete(t *testing.T) {
	c := connect(t, shared, 5*time.Second)
	c.create("/data", 0)
	data, stat, err := c.Get("/data")
	ok(t, err)
	equal(t, "x", string(data))
	equal(t, int32(0), stat.Version)
	stat, err = c.Set("/data", []byte("yy"), 0)
	ok(t, err)
	equal(t, int32(1), stat.Version)
	equal(t, int32(2), stat.DataLength)
	_, err = c.Set("/data", nil, 7)
	fails(t, zk.ErrBadVersion, err)
	_, err = c.Set("/nowhere", nil, -1)
	fails(t, zk.ErrNoNode, err)
	_, _, err = c.Get("/nowhere")
	fails(t, zk.ErrNoNode, err)
	c.create("/data/b", 0)
	c.create("/data/a", 0)
	children, stat, err := c.Children("/data")
	ok(t, err)
	sort.Strings(children)
	equal(t, []string{"a", "b"}, children)
	equal(t, int32(2), stat.NumChildren)
	fails(t, zk.ErrNotEmpty, c.Delete("/data", -1))
	fails(t, zk.ErrBadVersion, c.Delete("/data/a", 3))
	ok(t, c.Delete("/data/a", 0))
	fails(t, zk.ErrNoNode, c.Delete("/data/a", 0))
	path, err := c.Sync("/data")
	ok(t, err)
	equal(t, "/data", path)
}

func TestWatches(t *testing.T) {
	a := connect(t, shared, 5*time.Second)
	b := connect(t, shared, 5*time.Second)
	exists, _, created, err := a.ExistsW("/watch")
	ok(t, err)
	equal(t, false, exists)
	b.create("/watch", 0)
	next(t, created, zk.EventNodeCreated, "/watch")

	_, _, data, err := a.GetW("/watch")
	ok(t, err)
	_, _, changed, err := a.ExistsW("/watch")
	ok(t, err)
	_, _, children, err := a.ChildrenW("/watch")
	ok(t, err)
	_, err = b.Set("/watch", nil, -1)
	ok(t, err)
	next(t, data, zk.EventNodeDataChanged, "/watch")
	next(t, changed, zk.EventNodeDataChanged, "/watch")
	b.create("/watch/e", zk.FlagEphemeral)
	next(t, children, zk.EventNodeChildrenChanged, "/watch")

	_, _, children, err = a.ChildrenW("/watch")
	ok(t, err)
	_, _, ephemeral, err := a.GetW("/watch/e")
	ok(t, err)
	b.Close()
	next(t, ephemeral, zk.EventNodeDeleted, "/watch/e")
	next(t, children, zk.EventNodeChildrenChanged, "/watch")

	_, _, children, err = a.ChildrenW("/watch")
	ok(t, err)
	ok(t, a.Delete("/watch", -1))
	next(t, children, zk.EventNodeDeleted, "/watch")
}

func TestMissedWatches(t *testing.T) {
	a := connect(t, shared, 10*time.Second)
	b := connect(t, shared, 10*time.Second)
	c := "/missed"
	b.create(c, 0)
	for _, name := range []string{"/data", "/deleted", "/children", "/quiet"} {
		b.create(c+name, 0)
	}
	_, _, data, err := a.GetW(c + "/data")
	ok(t, err)
	_, _, deleted, err := a.GetW(c + "/deleted")
	ok(t, err)
	_, _, created, err := a.ExistsW(c + "/created")
	ok(t, err)
	_, _, children, err := a.ChildrenW(c + "/children")
	ok(t, err)
	_, _, quiet, err := a.GetW(c + "/quiet")
	ok(t, err)
	session := a.SessionID()
	a.wire.set(true)
	a.await(zk.StateDisconnected)
	_, err = b.Set(c+"/data", nil, -1)
	ok(t, err)
	ok(t, b.Delete(c+"/deleted", -1))
	b.create(c+"/created", 0)
	b.create(c+"/children/a", 0)
	a.wire.set(false)
	a.await(zk.StateHasSession)
	equal(t, session, a.SessionID())
	next(t, data, zk.EventNodeDataChanged, c+"/data")
	next(t, deleted, zk.EventNodeDeleted, c+"/deleted")
	next(t, created, zk.EventNodeCreated, c+"/created")
	next(t, children, zk.EventNodeChildrenChanged, c+"/children")
	_, err = b.Set(c+"/quiet", nil, -1)
	ok(t, err)
	next(t, quiet, zk.EventNodeDataChanged, c+"/quiet")
}

func TestMulti(t *testing.T) {
	c := connect(t, shared, 5*time.Second)
	acl := zk.WorldACL(zk.PermAll)
	results, err := c.Multi(
		&zk.CreateRequest{Path: "/multi", Data: []byte("1"), Acl: acl},
		&zk.CreateRequest{Path: "/multi/s-", Acl: acl, Flags: zk.FlagSequence},
		&zk.CheckVersionRequest{Path: "/multi", Version: 0},
		&zk.SetDataRequest{Path: "/multi", Data: []byte("2"), Version: 0},
		&zk.DeleteRequest{Path: "/multi/s-0000000000", Version: -1},
	)
	ok(t, err)
	equal(t, 5, len(results))
	equal(t, "/multi/s-0000000000", results[1].String)
	equal(t, int32(1), results[3].Stat.Version)
	data, _, err := c.Get("/multi")
	ok(t, err)
	equal(t, "2", string(data))

	results, err = c.Multi(
		&zk.SetDataRequest{Path: "/multi", Data: []byte("3"), Version: -1},
		&zk.CreateRequest{Path: "/multi", Acl: acl},
		&zk.DeleteRequest{Path: "/nowhere", Version: -1},
	)
	fails(t, zk.ErrNodeExists, err)
	equal(t, 3, len(results))
	equal(t, nil, results[0].Error)
	fails(t, zk.ErrNodeExists, results[1].Error)
	data, _, err = c.Get("/multi")
	ok(t, err)
	equal(t, "2", string(data))
}

func TestACL(t *testing.T) {
	owner := connect(t, shared, 5*time.Second)
	other := connect(t, shared, 5*time.Second)
	ok(t, owner.AddAuth("digest", []byte("alice:secret")))
	_, err := owner.Create("/acl", []byte("m"), 0, zk.AuthACL(zk.PermAll))
	ok(t, err)
	acl, _, err := owner.GetACL("/acl")
	ok(t, err)
	equal(t, zk.DigestACL(zk.PermAll, "alice", "secret"), acl)
	_, _, err = other.Get("/acl")
	fails(t, zk.ErrNoAuth, err)
	_, err = other.Set("/acl", nil, -1)
	fails(t, zk.ErrNoAuth, err)
	_, err = other.SetACL("/acl", zk.WorldACL(zk.PermAll), -1)
	fails(t, zk.ErrNoAuth, err)
	_, err = owner.SetACL("/acl", zk.WorldACL(zk.PermAll), 5)
	fails(t, zk.ErrBadVersion, err)

	// The identity is given again on a new connection of the session.
	owner.wire.set(true)
	owner.await(zk.StateDisconnected)
	owner.wire.set(false)
	owner.await(zk.StateHasSession)
	data, _, err := owner.Get("/acl")
	ok(t, err)
	equal(t, "m", string(data))

	ok(t, other.AddAuth("digest", []byte("super:super")))
	stat, err := other.SetACL("/acl", zk.WorldACL(zk.PermRead), 0)
	ok(t, err)
	equal(t, int32(1), stat.Aversion)
}

func TestExpiry(t *testing.T) {
	a := connect(t, shared, 2*time.Second)
	b := connect(t, shared, 5*time.Second)
	a.create("/expiry", zk.FlagEphemeral)
	session := a.SessionID()
	_, _, gone, err := b.ExistsW("/expiry")
	ok(t, err)
	_, _, lost, err := a.ExistsW("/expiry-lost")
	ok(t, err)
	a.wire.set(true)
	next(t, gone, zk.EventNodeDeleted, "/expiry")
	a.wire.set(false)
	a.await(zk.StateExpired)
	event := <-lost
	fails(t, zk.ErrSessionExpired, event.Err)
	a.await(zk.StateHasSession)
	if a.SessionID() == session {
		t.Fatal("the session did not change")
	}
	a.create("/expiry", zk.FlagEphemeral)
}

func TestLock(t *testing.T) {
	var inside, rounds int32
	var group sync.WaitGroup
	for i := 0; i < 3; i++ {
		c := connect(t, shared, 5*time.Second)
		group.Add(1)
		go func() {
			defer group.Done()
			lock := zk.NewLock(c.Conn, "/locks/one", zk.WorldACL(zk.PermAll))
			for round := 0; round < 10; round++ {
				if err := lock.Lock(); err != nil {
					t.Error(err)
					return
				}
				if atomic.AddInt32(&inside, 1) != 1 {
					t.Error("two hold the lock")
				}
				time.Sleep(2 * time.Millisecond)
				atomic.AddInt32(&rounds, 1)
				atomic.AddInt32(&inside, -1)
				if err := lock.Unlock(); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	group.Wait()
	equal(t, int32(30), rounds)
}

func TestPipeline(t *testing.T) {
	c := connect(t, shared, 5*time.Second)
	c.create("/pipeline", 0)
	var group sync.WaitGroup
	var seen sync.Map
	for i := 0; i < 16; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for j := 0; j < 25; j++ {
				path, err := c.Create("/pipeline/n-", nil, zk.FlagSequence, zk.WorldACL(zk.PermAll))
				if err != nil {
					t.Error(err)
					return
				}
				if _, twice := seen.LoadOrStore(path, true); twice {
					t.Error("given twice: " + path)
				}
			}
		}()
	}
	group.Wait()
	children, _, err := c.Children("/pipeline")
	ok(t, err)
	equal(t, 400, len(children))
}

func TestRestart(t *testing.T) {
	for _, how := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(how.String(), func(t *testing.T) {
			s, err := startServer(t.TempDir())
			ok(t, err)
			t.Cleanup(func() { s.end(syscall.SIGKILL) })
			c := connect(t, s, 10*time.Second)
			session := c.SessionID()
			c.create("/kept", 0)
			c.create("/ephemeral", zk.FlagEphemeral)
			_, before, data, err := c.GetW("/kept")
			ok(t, err)
			_, _, children, err := c.ChildrenW("/kept")
			ok(t, err)
			_, _, created, err := c.ExistsW("/later")
			ok(t, err)

			s.end(how)
			c.await(zk.StateDisconnected)
			ok(t, s.start())
			c.await(zk.StateHasSession)
			equal(t, session, c.SessionID())

			_, after, err := c.Exists("/kept")
			ok(t, err)
			equal(t, before, after)
			_, stat, err := c.Exists("/ephemeral")
			ok(t, err)
			equal(t, session, stat.EphemeralOwner)
			_, err = c.Set("/kept", nil, 0)
			ok(t, err)
			next(t, data, zk.EventNodeDataChanged, "/kept")
			c.create("/kept/a", 0)
			next(t, children, zk.EventNodeChildrenChanged, "/kept")
			c.create("/later", 0)
			next(t, created, zk.EventNodeCreated, "/later")

			c.Close()
			other := connect(t, s, 5*time.Second)
			exists, _, err := other.Exists("/ephemeral")
			ok(t, err)
			equal(t, false, exists)
		})
	}
}

func TestFailover(t *testing.T) {
	if size == 1 {
		t.Skip("one server has no other to fail over to")
	}
	s, err := startServer(t.TempDir())
	ok(t, err)
	t.Cleanup(func() { s.end(syscall.SIGKILL) })
	c := connectTo(t, s.addresses(), 10*time.Second)
	session := c.SessionID()
	c.create("/kept", 0)
	c.create("/ephemeral", zk.FlagEphemeral)
	_, _, data, err := c.GetW("/kept")
	ok(t, err)

	var holder *server
	for _, one := range s.all() {
		if one.address == c.Server() {
			holder = one
		}
	}
	holder.command.Process.Kill()
	holder.command.Wait()
	eventually(t, "a write succeeds", func() bool {
		_, err := c.Set("/kept", []byte("after"), -1)
		return err == nil
	})
	equal(t, session, c.SessionID())
	_, stat, err := c.Exists("/ephemeral")
	ok(t, err)
	equal(t, session, stat.EphemeralOwner)
	next(t, data, zk.EventNodeDataChanged, "/kept")

	ok(t, holder.launch())
	ok(t, holder.serves())
	back := connect(t, holder, 5*time.Second)
	_, err = back.Sync("/")
	ok(t, err)
	kept, _, err := back.Get("/kept")
	ok(t, err)
	equal(t, "after", string(kept))
}

func TestFourLetterWords(t *testing.T) {
	c := connect(t, shared, 5*time.Second)
	_, _, err := c.Get("/")
	ok(t, err)
	servers := []string{shared.address}
	equal(t, []bool{true}, zk.FLWRuok(servers, time.Second))

	// Not every line is parsed: the connection that asks has no session, and the library's pattern wants one.
	lists, _ := zk.FLWCons(servers, time.Second)
	found := false
	for _, one := range lists[0].Clients {
		if one.SessionID == c.SessionID() {
			found = true
			equal(t, int32(5000), one.Timeout)
			if one.Received < 2 || one.Sent < 2 {
				t.Fatalf("counted %d in, %d out", one.Received, one.Sent)
			}
		}
	}
	equal(t, true, found)

	// The library expects the date of the build as older servers wrote it, 02/11/2026, and so cannot parse what
	// ZooKeeper 3.9 says. Without the date this is its pattern.
	mode := zk.ModeStandalone
	if size > 1 {
		mode = zk.ModeFollower
	}
	stats, parsed := zk.FLWSrvr(servers, time.Second)
	if parsed {
		equal(t, mode, stats[0].Mode)
		return
	}
	said, err := shared.word("srvr")
	ok(t, err)
	pattern := `(?m:\A^Zookeeper version: ([A-Za-z0-9\.\-]+), built on (\d{4}-\d\d-\d\d \d\d:\d\d UTC)\n` +
		`^Latency min/avg/max: (\d+)/([0-9.]+)/(\d+).*\n` +
		`^Received: (\d+).*\n^Sent: (\d+).*\n^Connections: (\d+).*\n^Outstanding: (\d+).*\n` +
		`^Zxid: (0x[A-Za-z0-9]+).*\n^Mode: ` + mode.String() + `\n^Node count: (\d+))`
	if !regexp.MustCompile(pattern).MatchString(said) {
		t.Fatalf("srvr says:\n%s", said)
	}
}
