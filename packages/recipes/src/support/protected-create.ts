/**
 * Creates that a lost reply does not orphan: the name carries a random id, and after a broken connection the znode is looked
 * for by it before another is created. The layout is Curator's: `_c_<uuid>-<name>`.
 */

import { randomUUID } from "node:crypto";
import { type Acl, type Client, type CreateMode, type CreateResult, isCoordinationError } from "@rookery/client";
import { cleanUp, ifThere, persist } from "./calls.ts";

export interface ProtectedOptions {
  readonly mode?: CreateMode | undefined;
  readonly sequential?: boolean | undefined;
  readonly acl?: readonly Acl[] | undefined;
  /** Creates what is missing above: containers, so that what is empty goes. Default true. */
  readonly parents?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The prefix of a protected name, and the id in it. */
const PROTECTED = /^_c_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-/;

/** A protected name without its prefix, and any other as it is. */
export function plainName(name: string): string {
  return name.replace(PROTECTED, "");
}

/**
 * Creates `<parent>/_c_<uuid>-<name>`, once, however often the connection breaks. When it is given up (`signal`, an expired
 * session) it leaves nothing behind: what may have been created is deleted as soon as there is a connection.
 *
 * @throws CoordinationError what the create failed with.
 */
export async function protectedCreate(
  client: Client,
  parent: string,
  name: string,
  data: Uint8Array | string | undefined,
  options: ProtectedOptions = {},
): Promise<CreateResult> {
  const { signal, parents = true, ...rest } = options;
  const id = randomUUID();
  const path = `${parent === "/" ? "" : parent}/_c_${id}-${name}`;
  let uncertain = false;
  try {
    return await persist(
      signal,
      async () => {
        if (uncertain) {
          const found = await findProtected(client, parent, id, signal);
          if (found !== undefined) return found;
          uncertain = false;
        }
        try {
          return await client.create(path, data, { ...rest, parents: parents ? "container" : false, signal });
        } catch (error) {
          if (isCoordinationError(error) && error.outcome === "unknown") uncertain = true;
          throw error;
        }
      },
      (error) => isCoordinationError(error, "CONNECTION_LOSS"),
    );
  } catch (error) {
    if (uncertain) deleteProtected(client, parent, id);
    throw error;
  }
}

async function findProtected(
  client: Client,
  parent: string,
  id: string,
  signal?: AbortSignal,
): Promise<CreateResult | undefined> {
  // The server that answers now may be behind the one that was asked first.
  await client.sync(parent, { signal });
  try {
    const { children } = await client.getChildren(parent, { signal });
    const name = children.find((child) => child.startsWith(`_c_${id}-`));
    if (name === undefined) return undefined;
    const path = `${parent === "/" ? "" : parent}/${name}`;
    const stat = await client.exists(path, { signal });
    return stat === undefined ? undefined : { path, stat };
  } catch (error) {
    if (isCoordinationError(error, "NO_NODE")) return undefined;
    throw error;
  }
}

/** In the background, until it is certain that nothing is left. What fails for good leaves it to the end of the session. */
function deleteProtected(client: Client, parent: string, id: string): void {
  const act = async () => {
    const found = await findProtected(client, parent, id);
    if (found !== undefined) await deleteQuietly(client, found.path);
  };
  cleanUp(act).catch(() => {});
}

/** Deletes a znode that may be gone. */
export async function deleteQuietly(client: Client, path: string): Promise<void> {
  await ifThere(client.delete(path));
}

/**
 * Deletes a znode for certain, however often the connection breaks: resolves when it is gone, or when the client has ended and
 * the session takes it along.
 */
export function deleteForCertain(client: Client, path: string): Promise<void> {
  return cleanUp(() => deleteQuietly(client, path));
}
