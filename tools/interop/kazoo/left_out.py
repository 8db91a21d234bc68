"""The list of tests left out: picks a half of kazoo's suite (as a pytest plugin) and compares the results with it.

LEFT_OUT_LIST names the list. As a plugin (-p left_out, LEFT_OUT_PICK=required|listed) it deselects the other half.
As a program: left_out.py <junit.xml>...
"""

import os
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

LIST = Path(os.environ["LEFT_OUT_LIST"])
TARGET = os.environ.get("TARGET", "rookery")


def read_list():
    """How many tests the suite has, and {test: (outcome, reason)} for this target."""
    collected = None
    left_out = {}
    for number, line in enumerate(LIST.read_text().splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        words, _, reason = line.partition(": ")
        words = words.split()
        if words[0] == "collected" and len(words) == 2:
            collected = int(words[1])
        elif (
            len(words) == 3
            and words[0] in ("both", "rookery", "zookeeper")
            and words[1] in ("fail", "skip")
            and reason
        ):
            if words[0] in ("both", TARGET):
                left_out[words[2]] = (words[1], reason)
        else:
            sys.exit(f"{LIST.name}:{number}: not understood: {line}")
    if collected is None:
        sys.exit(f"{LIST.name}: no line 'collected <n>'")
    return collected, left_out


def pytest_collection_modifyitems(config, items):
    pick = os.environ["LEFT_OUT_PICK"]
    _, left_out = read_list()
    keep, drop = [], []
    for item in items:
        module = item.module.__name__.rpartition(".")[2]
        parts = [module] + ([item.cls.__name__] if item.cls else []) + [item.name]
        listed = ".".join(parts) in left_out
        (keep if listed == (pick == "listed") else drop).append(item)
    items[:] = keep
    config.hook.pytest_deselected(items=drop)


def read_results(paths):
    """{test: (outcome, first line of why)}; an error counts as a failure."""
    results = {}
    for path in paths:
        if not Path(path).exists():
            continue
        for case in ElementTree.parse(path).iter("testcase"):
            module_and_class = case.get("classname").split(".")
            while module_and_class and not module_and_class[0].startswith("test_"):
                module_and_class.pop(0)
            name = ".".join(module_and_class + [case.get("name")])
            outcome, why = "pass", ""
            for child in case:
                if child.tag in ("failure", "error"):
                    outcome = "fail"
                elif child.tag == "skipped" and outcome == "pass":
                    outcome = "skip"
                else:
                    continue
                why = (child.get("message") or child.text or "").split("\n")[0][:200]
            if results.get(name, ("pass",))[0] == "pass":
                results[name] = (outcome, why)
    return results


def main(paths):
    collected, left_out = read_list()
    results = read_results(paths)
    wrong = []
    for name, (outcome, why) in sorted(results.items()):
        expected = left_out.get(name, ("pass", ""))[0]
        if outcome == expected:
            continue
        if name in left_out:
            wrong.append(
                f"LISTED, BUT {outcome.upper()}: {name}: take it out of {LIST.name}"
                if outcome == "pass"
                else f"LISTED AS {expected.upper()}, BUT {outcome.upper()}: {name}: {why}"
            )
        else:
            wrong.append(f"{outcome.upper()}: {name}: {why}")
    for name in sorted(set(left_out) - set(results)):
        wrong.append(f"LISTED, BUT NOT RUN: {name}")
    if len(results) != collected:
        wrong.append(
            f"{len(results)} tests have a result; {LIST.name} says the suite has {collected}"
        )
    for line in wrong:
        print(line)
    passed = sum(outcome == "pass" for outcome, _ in results.values())
    required = collected - len(left_out)
    print(
        f"kazoo: {passed} passed, {len(left_out)} left out; "
        f"{collected} tests, {required} required, {len(wrong)} unexpected"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
