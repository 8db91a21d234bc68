/* Apache's C client, as Debian packages it, against one server of TARGET. Argument: where to keep the server's data. */
#define THREADED
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zookeeper/zookeeper.h>

static const char *test_name;
static int tests_passed;

#define CHECK(holds) \
  do { \
    if (!(holds)) { \
      fail(__LINE__, #holds); \
    } \
  } while (0)
#define EQUAL(expected, actual) equal(__LINE__, #actual, (long long)(expected), (long long)(actual))

static void fail(int line, const char *what) {
  printf("FAIL: %s: main.c:%d: does not hold: %s\n", test_name, line, what);
  fflush(stdout);
  exit(1);
}

static void equal(int line, const char *what, long long expected, long long actual) {
  if (expected != actual) {
    printf("FAIL: %s: main.c:%d: %s is %lld, expected %lld\n", test_name, line, what, actual, expected);
    fflush(stdout);
    exit(1);
  }
}

static void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

/* The server */

static pid_t server;
static int port;
static char address[64];
static char config[4096];
static char log_path[4096];

static int free_port(void) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof name;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(listener >= 0 && bind(listener, (struct sockaddr *)&name, size) == 0);
  CHECK(getsockname(listener, (struct sockaddr *)&name, &size) == 0);
  close(listener);
  return ntohs(name.sin_port);
}

static int answers(void) {
  struct sockaddr_in name = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  char said[4] = "";
  int one = socket(AF_INET, SOCK_STREAM, 0);
  int yes = connect(one, (struct sockaddr *)&name, sizeof name) == 0 && write(one, "ruok", 4) == 4 &&
            read(one, said, 4) == 4 && memcmp(said, "imok", 4) == 0;
  close(one);
  return yes;
}

static void start_server(void) {
  server = fork();
  if (server == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int log = open(log_path, O_CREAT | O_APPEND | O_WRONLY, 0644);
    dup2(log, 1);
    dup2(log, 2);
    execl(getenv("INTEROP_SERVE"), "serve", config, (char *)NULL);
    _exit(127);
  }
  for (int i = 0; i < 200 && !answers(); i++) {
    sleep_ms(100);
  }
  CHECK(answers());
}

static void stop_server(int how) {
  if (server > 0) {
    kill(server, how);
    waitpid(server, NULL, 0);
    server = 0;
  }
}

static void kill_server(void) { stop_server(SIGKILL); }

static void write_config(const char *folder) {
  char data[2048];
  snprintf(data, sizeof data, "%s/data", folder);
  snprintf(config, sizeof config, "%s/zoo.cfg", folder);
  snprintf(log_path, sizeof log_path, "%s/log", folder);
  CHECK(mkdir(data, 0755) == 0);
  port = free_port();
  snprintf(address, sizeof address, "127.0.0.1:%d", port);
  FILE *file = fopen(config, "w");
  CHECK(file != NULL);
  fprintf(file,
          "tickTime=500\ndataDir=%s\nclientPort=%d\nclientPortAddress=127.0.0.1\nmaxClientCnxns=0\n"
          "admin.enableServer=false\n4lw.commands.whitelist=*\nextendedTypesEnabled=true\n",
          data, port);
  fclose(file);
}

/* Clients and what their watches are told */

struct seen {
  pthread_mutex_t lock;
  int count;
  int type[16];
  char path[16][64];
};

#define SEEN {.lock = PTHREAD_MUTEX_INITIALIZER}

static void session_watcher(zhandle_t *zh, int type, int state, const char *path, void *context) {
  (void)zh, (void)type, (void)state, (void)path, (void)context;
}

static void watcher(zhandle_t *zh, int type, int state, const char *path, void *context) {
  (void)zh, (void)state;
  struct seen *seen = context;
  if (type == ZOO_SESSION_EVENT) {
    return;
  }
  pthread_mutex_lock(&seen->lock);
  if (seen->count < 16) {
    seen->type[seen->count] = type;
    snprintf(seen->path[seen->count++], 64, "%s", path);
  }
  pthread_mutex_unlock(&seen->lock);
}

static int count(struct seen *seen) {
  pthread_mutex_lock(&seen->lock);
  int is = seen->count;
  pthread_mutex_unlock(&seen->lock);
  return is;
}

static void told(struct seen *seen, int number, int type, const char *path) {
  for (int i = 0; i < 150 && count(seen) < number; i++) {
    sleep_ms(100);
  }
  EQUAL(number, count(seen));
  EQUAL(type, seen->type[number - 1]);
  CHECK(strcmp(path, seen->path[number - 1]) == 0);
}

static void await_state(zhandle_t *zh, int state) {
  for (int i = 0; i < 200 && zoo_state(zh) != state; i++) {
    sleep_ms(100);
  }
  EQUAL(state, zoo_state(zh));
}

static zhandle_t *connected(int timeout_ms) {
  zhandle_t *zh = zookeeper_init(address, session_watcher, timeout_ms, NULL, NULL, 0);
  CHECK(zh != NULL);
  await_state(zh, ZOO_CONNECTED_STATE);
  return zh;
}

static int create(zhandle_t *zh, const char *path, int mode) {
  return zoo_create(zh, path, "x", 1, &ZOO_OPEN_ACL_UNSAFE, mode, NULL, 0);
}

/* Tests */

static void test_kinds(void) {
  zhandle_t *zh = connected(5000);
  char path[64];
  struct Stat stat;
  EQUAL(ZOK, create(zh, "/kinds", ZOO_PERSISTENT));
  EQUAL(ZOK, create(zh, "/kinds/e", ZOO_EPHEMERAL));
  EQUAL(ZOK, zoo_create2(zh, "/kinds/s-", "ab", 2, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_SEQUENTIAL, path,
                         sizeof path, &stat));
  CHECK(strcmp(path, "/kinds/s-0000000001") == 0);
  EQUAL(2, stat.dataLength);
  EQUAL(ZOK, zoo_create(zh, "/kinds/es-", NULL, -1, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL_SEQUENTIAL, path,
                        sizeof path));
  CHECK(strcmp(path, "/kinds/es-0000000002") == 0);
  EQUAL(ZOK, create(zh, "/kinds/c", ZOO_CONTAINER));
  EQUAL(ZOK, zoo_create_ttl(zh, "/kinds/t", "x", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_WITH_TTL, 600000, path,
                            sizeof path));
  EQUAL(ZOK, zoo_create2_ttl(zh, "/kinds/ts-", "x", 1, &ZOO_OPEN_ACL_UNSAFE,
                             ZOO_PERSISTENT_SEQUENTIAL_WITH_TTL, 600000, path, sizeof path, &stat));
  CHECK(strcmp(path, "/kinds/ts-0000000005") == 0);
  EQUAL(ZOK, zoo_exists(zh, "/kinds/e", 0, &stat));
  EQUAL(zoo_client_id(zh)->client_id, stat.ephemeralOwner);
  EQUAL(ZOK, zoo_exists(zh, "/kinds", 0, &stat));
  EQUAL(6, stat.numChildren);
  EQUAL(ZNODEEXISTS, create(zh, "/kinds", ZOO_PERSISTENT));
  EQUAL(ZNONODE, create(zh, "/nowhere/a", ZOO_PERSISTENT));
  EQUAL(ZNOCHILDRENFOREPHEMERALS, create(zh, "/kinds/e/a", ZOO_PERSISTENT));
  EQUAL(ZNOTEMPTY, zoo_delete(zh, "/kinds", -1));
  zookeeper_close(zh);
}

static void test_data(void) {
  zhandle_t *zh = connected(5000);
  char data[64];
  int size = sizeof data;
  struct Stat stat;
  struct String_vector children;
  EQUAL(ZOK, create(zh, "/data", ZOO_PERSISTENT));
  EQUAL(ZOK, zoo_get(zh, "/data", 0, data, &size, &stat));
  CHECK(size == 1 && data[0] == 'x');
  EQUAL(ZOK, zoo_set2(zh, "/data", "yyy", 3, 0, &stat));
  EQUAL(1, stat.version);
  EQUAL(ZBADVERSION, zoo_set(zh, "/data", "z", 1, 0));
  EQUAL(ZNONODE, zoo_set(zh, "/nowhere", "z", 1, -1));
  EQUAL(ZOK, zoo_set(zh, "/data", NULL, -1, -1));
  size = sizeof data;
  EQUAL(ZOK, zoo_get(zh, "/data", 0, data, &size, &stat));
  EQUAL(-1, size);
  EQUAL(ZOK, create(zh, "/data/a", ZOO_PERSISTENT));
  EQUAL(ZOK, zoo_get_children2(zh, "/data", 0, &children, &stat));
  EQUAL(1, children.count);
  CHECK(strcmp(children.data[0], "a") == 0);
  deallocate_String_vector(&children);
  EQUAL(ZBADVERSION, zoo_delete(zh, "/data/a", 4));
  EQUAL(ZOK, zoo_delete(zh, "/data/a", 0));
  EQUAL(ZNONODE, zoo_exists(zh, "/data/a", 0, &stat));
  zookeeper_close(zh);
}

static void test_watches(void) {
  zhandle_t *a = connected(5000);
  zhandle_t *b = connected(5000);
  char data[64];
  int size = sizeof data;
  struct Stat stat;
  struct String_vector children;
  struct seen exists = SEEN, get = SEEN, child = SEEN, removed = SEEN;
  EQUAL(ZNONODE, zoo_wexists(a, "/watch", watcher, &exists, &stat));
  EQUAL(ZOK, create(b, "/watch", ZOO_PERSISTENT));
  told(&exists, 1, ZOO_CREATED_EVENT, "/watch");
  EQUAL(ZOK, zoo_wget(a, "/watch", watcher, &get, data, &size, &stat));
  EQUAL(ZOK, zoo_set(b, "/watch", "1", 1, -1));
  told(&get, 1, ZOO_CHANGED_EVENT, "/watch");
  EQUAL(ZOK, zoo_wget_children2(a, "/watch", watcher, &child, &children, &stat));
  deallocate_String_vector(&children);
  EQUAL(ZOK, create(b, "/watch/e", ZOO_EPHEMERAL));
  told(&child, 1, ZOO_CHILD_EVENT, "/watch");
  EQUAL(ZOK, zoo_wexists(a, "/watch/e", watcher, &exists, &stat));
  zookeeper_close(b);
  told(&exists, 2, ZOO_DELETED_EVENT, "/watch/e");

  size = sizeof data;
  EQUAL(ZOK, zoo_wget(a, "/watch", watcher, &removed, data, &size, &stat));
  EQUAL(ZOK, zoo_remove_watches(a, "/watch", ZWATCHTYPE_DATA, watcher, &removed, 0));
  EQUAL(ZNOWATCHER, zoo_remove_watches(a, "/watch", ZWATCHTYPE_DATA, watcher, &removed, 0));
  EQUAL(ZOK, zoo_set(a, "/watch", "2", 1, -1));
  sleep_ms(100);
  for (int i = 0; i < count(&removed); i++) {
    CHECK(removed.type[i] != ZOO_CHANGED_EVENT);
  }
  zookeeper_close(a);
}

static void test_multi(void) {
  zhandle_t *zh = connected(5000);
  zoo_op_t ops[4];
  zoo_op_result_t results[4];
  char path[64];
  struct Stat stat;
  zoo_create_op_init(&ops[0], "/multi", "1", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
  zoo_check_op_init(&ops[1], "/multi", 0);
  zoo_set_op_init(&ops[2], "/multi", "22", 2, 0, &stat);
  zoo_create_op_init(&ops[3], "/multi/s-", NULL, -1, &ZOO_OPEN_ACL_UNSAFE, ZOO_SEQUENCE, path, sizeof path);
  EQUAL(ZOK, zoo_multi(zh, 4, ops, results));
  CHECK(strcmp(path, "/multi/s-0000000000") == 0);
  EQUAL(1, stat.version);

  zoo_set_op_init(&ops[0], "/multi", "3", 1, -1, &stat);
  zoo_delete_op_init(&ops[1], "/nowhere", -1);
  zoo_delete_op_init(&ops[2], "/multi/s-0000000000", -1);
  EQUAL(ZNONODE, zoo_multi(zh, 3, ops, results));
  EQUAL(ZOK, results[0].err);
  EQUAL(ZNONODE, results[1].err);
  EQUAL(ZRUNTIMEINCONSISTENCY, results[2].err);
  EQUAL(ZOK, zoo_exists(zh, "/multi", 0, &stat));
  EQUAL(1, stat.version);
  zookeeper_close(zh);
}

static void authenticated(int rc, const void *data) { *(volatile int *)data = rc; }

static void test_acl(void) {
  zhandle_t *owner = connected(5000);
  zhandle_t *other = connected(5000);
  volatile int done = 1;
  char data[64];
  int size = sizeof data;
  struct Stat stat;
  struct ACL_vector acl;
  EQUAL(ZINVALIDACL, zoo_create(owner, "/acl", "x", 1, &ZOO_CREATOR_ALL_ACL, 0, NULL, 0));
  EQUAL(ZOK, zoo_add_auth(owner, "digest", "alice:secret", 12, authenticated, (const void *)&done));
  for (int i = 0; i < 100 && done == 1; i++) {
    sleep_ms(50);
  }
  EQUAL(ZOK, done);
  EQUAL(ZOK, zoo_create(owner, "/acl", "x", 1, &ZOO_CREATOR_ALL_ACL, 0, NULL, 0));
  EQUAL(ZOK, zoo_get_acl(owner, "/acl", &acl, &stat));
  EQUAL(1, acl.count);
  CHECK(strcmp(acl.data[0].id.id, "alice:aYXlLOpEooaV1cRAvUL1fp9Qt7E=") == 0);
  deallocate_ACL_vector(&acl);
  EQUAL(ZNOAUTH, zoo_get(other, "/acl", 0, data, &size, &stat));
  EQUAL(ZNOAUTH, zoo_set_acl(other, "/acl", -1, &ZOO_OPEN_ACL_UNSAFE));
  EQUAL(ZBADVERSION, zoo_set_acl(owner, "/acl", 6, &ZOO_OPEN_ACL_UNSAFE));
  EQUAL(ZOK, zoo_set_acl(owner, "/acl", 0, &ZOO_READ_ACL_UNSAFE));
  EQUAL(ZOK, zoo_get(other, "/acl", 0, data, &size, &stat));
  EQUAL(ZNOAUTH, zoo_set(owner, "/acl", "y", 1, -1));
  zookeeper_close(owner);
  zookeeper_close(other);
}

static void test_restart(void) {
  for (int round = 0; round < 2; round++) {
    zhandle_t *zh = connected(10000);
    long long session = zoo_client_id(zh)->client_id;
    char path[64];
    struct Stat before, after;
    struct seen created = SEEN;
    EQUAL(ZOK, zoo_create(zh, "/kept-", "x", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_SEQUENTIAL, path, sizeof path));
    EQUAL(ZOK, create(zh, "/restart", ZOO_EPHEMERAL));
    EQUAL(ZOK, zoo_exists(zh, path, 0, &before));
    EQUAL(ZNONODE, zoo_wexists(zh, "/later", watcher, &created, &after));
    stop_server(round == 0 ? SIGTERM : SIGKILL);
    for (int i = 0; i < 100 && zoo_state(zh) == ZOO_CONNECTED_STATE; i++) {
      sleep_ms(50);
    }
    start_server();
    await_state(zh, ZOO_CONNECTED_STATE);
    EQUAL(session, zoo_client_id(zh)->client_id);
    EQUAL(ZOK, zoo_exists(zh, path, 0, &after));
    EQUAL(before.czxid, after.czxid);
    EQUAL(ZOK, zoo_exists(zh, "/restart", 0, &after));
    EQUAL(session, after.ephemeralOwner);
    EQUAL(ZOK, create(zh, "/later", ZOO_EPHEMERAL));
    told(&created, 1, ZOO_CREATED_EVENT, "/later");
    zookeeper_close(zh);
  }
}

static void test_hand_over(void) {
  zhandle_t *first = connected(10000);
  clientid_t id = *zoo_client_id(first);
  struct Stat stat;
  EQUAL(ZOK, create(first, "/hand-over", ZOO_EPHEMERAL));
  zhandle_t *second = zookeeper_init(address, session_watcher, 10000, &id, NULL, 0);
  await_state(second, ZOO_CONNECTED_STATE);
  EQUAL(id.client_id, zoo_client_id(second)->client_id);
  EQUAL(ZOK, zoo_exists(second, "/hand-over", 0, &stat));
  EQUAL(id.client_id, stat.ephemeralOwner);
  zookeeper_close(second);
  await_state(first, ZOO_EXPIRED_SESSION_STATE);
  EQUAL(ZINVALIDSTATE, zoo_exists(first, "/", 0, &stat));
  zookeeper_close(first);
}

static void test_chroot(void) {
  zhandle_t *whole = connected(5000);
  char rooted[96], path[64];
  struct Stat stat;
  EQUAL(ZOK, create(whole, "/chroot", ZOO_PERSISTENT));
  snprintf(rooted, sizeof rooted, "%s/chroot", address);
  zhandle_t *zh = zookeeper_init(rooted, session_watcher, 5000, NULL, NULL, 0);
  await_state(zh, ZOO_CONNECTED_STATE);
  EQUAL(ZOK, zoo_create(zh, "/a", "x", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path));
  CHECK(strcmp(path, "/a") == 0);
  EQUAL(ZOK, zoo_exists(whole, "/chroot/a", 0, &stat));
  zookeeper_close(zh);
  zookeeper_close(whole);
}

static const struct {
  const char *name;
  void (*run)(void);
} tests[] = {
    {"create: every kind", test_kinds},
    {"get, set, children, delete", test_data},
    {"watches", test_watches},
    {"multi", test_multi},
    {"ACL", test_acl},
    {"chroot", test_chroot},
    {"session handed over", test_hand_over},
    {"restart", test_restart},
};

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (count != 2) {
    return 2;
  }
  zoo_set_debug_level(0);
  test_name = "start of the server";
  write_config(arguments[1]);
  start_server();
  atexit(kill_server);
  int all = sizeof tests / sizeof tests[0];
  for (int i = 0; i < all; i++) {
    test_name = tests[i].name;
    tests[i].run();
    tests_passed++;
  }
  printf("c: %d of %d tests passed\n", tests_passed, all);
  return 0;
}
