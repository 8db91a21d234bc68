/** `envi`. Source: ZooKeeper HEAD, Environment; specification §10.7. */
import type { Report } from "./report.ts";
import { VERSION } from "./version.ts";

export function envi({ host }: Report): string {
  let text = `Environment:\nzookeeper.version=${VERSION}\n`;
  for (const [key, value] of host.environment()) text += `${key}=${value}\n`;
  return text;
}
