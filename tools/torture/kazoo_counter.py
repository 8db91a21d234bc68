"""Increments one counter from several kazoo clients, each increment under kazoo's Lock.

Usage: kazoo_counter.py HOSTS CLIENTS. Ends when its standard input does; writes its report as one line of JSON.
A write names the version it read, so an increment is lost only if the server loses it.
"""
import json
import logging
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, KazooException, NodeExistsError
from kazoo.handlers.threading import KazooTimeoutError

ROOT = "/torture-kazoo"
PAUSE_S = 0.05
END_S = 30

logging.disable(logging.CRITICAL)
hosts, clients = sys.argv[1], int(sys.argv[2])
stop = threading.Event()
guard = threading.Lock()
report = {"acknowledged": 0, "unknown": 0, "counter": None, "problems": []}


def connect():
    client = KazooClient(hosts=hosts, timeout=4.0)
    client.start(timeout=120)
    return client


def count(name):
    with guard:
        report[name] += 1


def increment(client):
    value, stat = client.get(ROOT + "/counter")
    try:
        client.set(ROOT + "/counter", str(int(value) + 1).encode(), version=stat.version)
    except BadVersionError:
        return
    except (KazooException, KazooTimeoutError):
        count("unknown")
        return
    count("acknowledged")


def work():
    client = connect()
    lock = client.Lock(ROOT + "/lock")
    while not stop.is_set():
        try:
            if lock.acquire(timeout=5):
                try:
                    increment(client)
                finally:
                    lock.release()
        except (KazooException, KazooTimeoutError):
            # The session or the connection went; what was asked for is asked for again with a lock of its own.
            lock = client.Lock(ROOT + "/lock")
        stop.wait(PAUSE_S)
    client.stop()
    client.close()


def run(target):
    try:
        target()
    except Exception as error:  # What kazoo does not expect is what the run wants to know.
        with guard:
            report["problems"].append("%s: %s" % (type(error).__name__, error))


admin = connect()
for path, value in ((ROOT, b""), (ROOT + "/counter", b"0")):
    try:
        admin.retry(admin.create, path, value)
    except NodeExistsError:
        pass
threads = [threading.Thread(target=run, args=(work,), daemon=True) for _ in range(clients)]
for thread in threads:
    thread.start()
sys.stdin.read()
stop.set()
deadline = time.monotonic() + END_S
for thread in threads:
    thread.join(max(0, deadline - time.monotonic()))
    if thread.is_alive():
        report["problems"].append("a client did not come to an end")


def read():
    admin.retry(admin.sync, ROOT)
    report["counter"] = int(admin.retry(admin.get, ROOT + "/counter")[0])


run(read)
print(json.dumps(report), flush=True)
admin.stop()
