/** Service addresses from the ranges that kubeadm and k3s use by default; never the same one twice. */
import type { Random } from '../kernel/random.ts';
import type { Allocator } from './defaults.ts';

export function createAllocator(random: Random): Allocator {
  const taken = new Set<string | number>();
  const fresh = <T extends string | number>(draw: () => T): T => {
    for (let tries = 0; tries < 10_000; tries++) {
      const candidate = draw();
      if (taken.has(candidate)) continue;
      taken.add(candidate);
      return candidate;
    }
    throw new RangeError('the range of Service addresses is full');
  };
  return {
    clusterIp: () => fresh(() => `10.96.${random.below(256)}.${1 + random.below(254)}`),
    nodePort: () => fresh(() => 30_000 + random.below(2768)),
  };
}
