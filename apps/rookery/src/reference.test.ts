import { expect, it } from "vitest";
import { reference } from "./reference.ts";
import { SETTING_KEYS } from "./settings.ts";
import { judgeZookeeperKey, ZOOKEEPER_KEYS } from "./zookeeper-keys.ts";

it("every setting stands in CONFIGURATION.md, with its flag and its variable", () => {
  const text = reference();
  for (const key of SETTING_KEYS) expect(text).toContain(`| \`${key}\``);
  expect(text).toContain("`tickTime`<br>`--tick-time`<br>`ROOKERY_TICK_TIME`");
});

it("no setting is also among the keys that ZooKeeper has and we do not", () => {
  expect(SETTING_KEYS.filter((key) => ZOOKEEPER_KEYS.includes(key))).toEqual([]);
  // A whole family may be without effect and one of it a setting, which is looked up first.
  expect(judgeZookeeperKey("jute.maxbuffer", "1")).toBeUndefined();
});
