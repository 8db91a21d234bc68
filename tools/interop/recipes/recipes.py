"""kazoo, told what to do line by line; see src/helper.ts for the protocol. Each handle has a thread of its own, so that
what one waits for holds up no other."""

import queue
import re
import sys
import threading

from kazoo.client import KazooClient
from kazoo.exceptions import LockTimeout

said = threading.Lock()


def say(*fields):
    with said:
        print("\t".join(fields), flush=True)


def shown(value):
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return value.decode() if isinstance(value, bytes) else str(value)


class Lock:
    """Of any kind; patterns are those of extra_lock_patterns."""

    def __init__(self, kind, client, path, *patterns):
        self.lock = kind(client)(path, extra_lock_patterns=patterns)

    def acquire(self, ms):
        try:
            return self.lock.acquire(timeout=int(ms) / 1000)
        except LockTimeout:
            return False

    def release(self):
        self.lock.release()
        return ""

    def contenders(self):
        return len(self.lock.contenders())


class Election:
    """Its lock is that of Client.Election, or one with patterns."""

    def __init__(self, client, path, identifier, *patterns):
        self.election = client.Election(path, identifier)
        if patterns:
            self.election.lock = client.Lock(path, identifier, extra_lock_patterns=patterns)
        self.leading = threading.Event()
        self.done = threading.Event()

    def start(self):
        threading.Thread(target=self.election.run, args=(self.lead,), daemon=True).start()
        return ""

    def lead(self):
        self.leading.set()
        self.done.wait()
        self.leading.clear()

    def leads(self):
        return self.leading.is_set()

    def step_down(self):
        self.done.set()
        return ""


class Semaphore:
    def __init__(self, client, path, most):
        self.semaphore = client.Semaphore(path, max_leases=int(most))

    def acquire(self, ms):
        try:
            return self.semaphore.acquire(timeout=int(ms) / 1000)
        except LockTimeout:
            return False

    def release(self):
        self.semaphore.release()
        return ""


class Barrier:
    def __init__(self, client, path):
        self.barrier = client.Barrier(path)

    def set(self):
        self.barrier.create()
        return ""

    def remove(self):
        return self.barrier.remove()

    def wait(self, ms):
        return self.barrier.wait(int(ms) / 1000)


class DoubleBarrier:
    def __init__(self, client, path, count):
        self.barrier = client.DoubleBarrier(path, int(count))

    def enter(self):
        self.barrier.enter()
        return self.barrier.participating

    def leave(self):
        self.barrier.leave()
        return ""


class Queue:
    def __init__(self, client, path):
        self.queue = client.Queue(path)

    def put(self, item, priority):
        self.queue.put(item.encode(), int(priority))
        return ""

    def get(self):
        return self.queue.get()

    def size(self):
        return len(self.queue)


class LockingQueue:
    def __init__(self, client, path):
        self.queue = client.LockingQueue(path)

    def put(self, item, priority):
        self.queue.put(item.encode(), int(priority))
        return ""

    def get(self, ms):
        return self.queue.get(timeout=int(ms) / 1000)

    def consume(self):
        return self.queue.consume()

    def release(self):
        return self.queue.release()


class Counter:
    def __init__(self, curator, client, path):
        self.counter = client.Counter(path, support_curator=curator)

    def get(self):
        return self.counter.value

    def add(self, delta):
        self.counter += int(delta)
        return self.counter.post_value


class Party:
    def __init__(self, client, path, identifier):
        self.party = client.Party(path, identifier)

    def join(self):
        self.party.join()
        return ""

    def leave(self):
        self.party.leave()
        return ""

    def participants(self):
        return ",".join(sorted(self.party))

    def size(self):
        return len(self.party)


def lock_of(kind):
    return lambda client, *rest: Lock(lambda c: getattr(c, kind), client, *rest)


RECIPES = {
    "lock": lock_of("Lock"),
    "read-lock": lock_of("ReadLock"),
    "write-lock": lock_of("WriteLock"),
    "election": Election,
    "semaphore": Semaphore,
    "barrier": Barrier,
    "double-barrier": DoubleBarrier,
    "queue": Queue,
    "locking-queue": LockingQueue,
    "counter": lambda *rest: Counter(False, *rest),
    "curator-counter": lambda *rest: Counter(True, *rest),
    "party": Party,
}


class Handle:
    def __init__(self, client):
        self.client = client
        self.recipe = None
        self.requests = queue.Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            number, verb, arguments = self.requests.get()
            try:
                say(number, "ok", shown(self.perform(verb, arguments)))
            except Exception as error:
                say(number, "error", re.sub(r"\s+", " ", repr(error)))

    def perform(self, verb, arguments):
        if self.recipe is None:
            self.recipe = RECIPES[verb](self.client, *arguments)
            return ""
        return getattr(self.recipe, verb.replace("-", "_"))(*arguments)


def main():
    client = KazooClient(sys.argv[1], timeout=int(sys.argv[2]) / 1000)
    client.start(timeout=20)
    say("ready")
    handles = {}
    for line in sys.stdin:
        number, name, verb, *arguments = line.rstrip("\n").split("\t")
        if name not in handles:
            handles[name] = Handle(client)
        handles[name].requests.put((number, verb, arguments))
    client.stop()


main()
