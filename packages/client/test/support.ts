/** What several tests wait for. */
import type { Client, SessionState, WatchEvent } from "../src/index.ts";

/** Resolves when the session is in this state, at once if it is already. */
export function untilState(zk: Client, wanted: SessionState): Promise<void> {
  return new Promise((resolve) => {
    const look = (state: SessionState) => {
      if (state !== wanted) return;
      zk.events.off("state", look);
      resolve();
    };
    zk.events.on("state", look);
    look(zk.state);
  });
}

/** All states from now on. */
export function statesOf(zk: Client): SessionState[] {
  const states: SessionState[] = [];
  zk.events.on("state", (state) => states.push(state));
  return states;
}

/** A listener, and what it is told, one after the other. */
export function listening(): { readonly listener: (event: WatchEvent) => void; next(): Promise<WatchEvent> } {
  const events: WatchEvent[] = [];
  let wake = () => {};
  return {
    listener(event) {
      events.push(event);
      wake();
    },
    async next() {
      while (events.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return events.shift() as WatchEvent;
    },
  };
}

/** The error that a call fails with. */
export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call succeeded");
}
