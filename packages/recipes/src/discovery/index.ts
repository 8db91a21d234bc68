export {
  type CallLimit,
  type DiscoveryOptions,
  type DownPolicy,
  type InstanceProblem,
  type InstanceUse,
  type ProviderOptions,
  ServiceCache,
  type ServiceCacheEvents,
  type ServiceChange,
  ServiceDiscovery,
  ServiceProvider,
} from "./discovery.ts";
export { HashRing, type HashRingOptions } from "./hash-ring.ts";
export {
  buildUri,
  type InstanceCodec,
  type InstanceOptions,
  jsonInstances,
  type ServiceInstance,
  type ServiceType,
  serviceInstance,
} from "./instance.ts";
export type {
  ConsistentHashOptions,
  Strategy,
} from "./strategies.ts";
