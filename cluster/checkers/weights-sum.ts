/** Istio refuses or misroutes a route whose weights do not sum to 100 (argo-rollouts#3141 made them sum to 0). */
import type { VirtualService } from '../kube/types/istio.ts';
import type { Checker } from './checker.ts';

export const weightsSum: Checker = {
  rule: 'the weights of every route sum to 100',
  kinds: ['VirtualService'],
  check({ object }) {
    const { metadata, spec } = object as VirtualService;
    return (spec.http ?? []).flatMap(({ name, route = [] }) => {
      if (route.length < 2 && route.every(({ weight }) => weight === undefined)) return [];
      const sum = route.reduce((total, { weight }) => total + (weight ?? 0), 0);
      return sum === 100
        ? []
        : [`VirtualService ${metadata.name}: the weights of route ${name ?? '(unnamed)'} sum to ${sum}`];
    });
  },
};
