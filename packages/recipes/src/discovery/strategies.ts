/** Which of the instances that can be used is used next. */
import { CoordinationError } from "@rookery/client";
import { HashRing } from "./hash-ring.ts";
import type { ServiceInstance } from "./instance.ts";

/** Give each provider one of its own: it remembers what it has chosen. */
export interface Strategy<Payload = unknown> {
  /**
   * One of `instances`, which are at least one, sorted by id, and the same array for as long as they are the same.
   *
   * @param key - What the caller asked for, for strategies that go by it.
   */
  choose(instances: readonly ServiceInstance<Payload>[], key: string | undefined): ServiceInstance<Payload>;
  /** The caller has begun to use the instance. */
  onUse?(instance: ServiceInstance<Payload>): void;
  /** The caller has done with it, as often as it has begun. */
  onDone?(instance: ServiceInstance<Payload>): void;
}

export type Random = () => number;

/** Any, each as likely as the others. */
export function random<Payload>(source: Random = Math.random): Strategy<Payload> {
  return { choose: (instances) => instances[Math.floor(source() * instances.length)] as ServiceInstance<Payload> };
}

/** One after the other. */
export function roundRobin<Payload>(): Strategy<Payload> {
  let last = "";
  return {
    choose(instances) {
      // By id, so that none is left out when others come and go.
      const next = instances.find(({ id }) => id > last) ?? (instances[0] as ServiceInstance<Payload>);
      last = next.id;
      return next;
    },
  };
}

/** The same for as long as it can be used; then another one that `first` chooses. */
export function sticky<Payload>(first: Strategy<Payload> = random()): Strategy<Payload> {
  let ours: string | undefined;
  return {
    choose(instances, key) {
      const same = instances.find(({ id }) => id === ours) ?? first.choose(instances, key);
      ours = same.id;
      return same;
    },
  };
}

/** Any, each as likely as its weight compared with the others', a number from 0. If all are 0, all are as likely. */
export function weighted<Payload>(
  weightOf: (instance: ServiceInstance<Payload>) => number,
  source: Random = Math.random,
): Strategy<Payload> {
  const even = random<Payload>(source);
  return {
    choose(instances, key) {
      const weights = instances.map((instance) => {
        const weight = weightOf(instance);
        if (weight >= 0 && weight < Number.POSITIVE_INFINITY) return weight;
        throw new CoordinationError(
          "BAD_ARGUMENTS",
          `the weight of ${instance.name} ${instance.id} is ${weight}: it must be a number from 0.`,
        );
      });
      const sum = weights.reduce((total, weight) => total + weight, 0);
      if (sum === 0) return even.choose(instances, key);
      let left = source() * sum;
      // Rounding may leave a little at the end: then it is the last that has a weight.
      let last = 0;
      for (const [at, weight] of weights.entries()) {
        if (weight === 0) continue;
        last = at;
        left -= weight;
        if (left < 0) break;
      }
      return instances[last] as ServiceInstance<Payload>;
    },
  };
}

/** The one that is used least at the moment, as far as this provider's `use` tells; of several, the one chosen longest ago. */
export function leastConnections<Payload>(): Strategy<Payload> {
  const used = new Map<string, number>();
  const among = roundRobin<Payload>();
  const usesOf = ({ id }: ServiceInstance<Payload>) => used.get(id) ?? 0;
  return {
    choose(instances, key) {
      const least = Math.min(...instances.map(usesOf));
      return among.choose(
        instances.filter((instance) => usesOf(instance) === least),
        key,
      );
    },
    onUse: (instance) => void used.set(instance.id, usesOf(instance) + 1),
    onDone(instance) {
      const left = usesOf(instance) - 1;
      if (left > 0) used.set(instance.id, left);
      else used.delete(instance.id);
    },
  };
}

export interface ConsistentHashOptions<Payload> {
  /** Default: all the same. */
  readonly weight?: ((instance: ServiceInstance<Payload>) => number) | undefined;
  /** See {@link HashRing}. */
  readonly points?: number | undefined;
}

/** The one that the key belongs to on a {@link HashRing}: all providers that see the same instances choose the same. */
export function consistentHash<Payload>(options: ConsistentHashOptions<Payload> = {}): Strategy<Payload> {
  let of: readonly ServiceInstance<Payload>[] | undefined;
  let ring: HashRing<ServiceInstance<Payload>> | undefined;
  return {
    choose(instances, key) {
      if (key === undefined)
        throw new CoordinationError("BAD_ARGUMENTS", "consistentHash chooses by a key: give one to get or use.");
      if (ring === undefined || of !== instances) {
        ring = new HashRing(instances, { ...options, id: ({ id }) => id });
        of = instances;
      }
      return ring.get(key) as ServiceInstance<Payload>;
    },
  };
}
