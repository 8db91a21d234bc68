export type { Changes, ChangesOptions, ResyncChange } from "../support/feed.ts";
export type {
  Cache,
  CacheChange,
  CachedNode,
  CacheEvents,
  CacheOptions,
  CacheState,
  NodeChange,
  ResyncReason,
} from "./cache.ts";
export { ChildrenCache, type ChildrenCacheOptions, NodeCache, TreeCache, type TreeCacheOptions } from "./caches.ts";
