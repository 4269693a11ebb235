/** Istio reports each request twice, by the caller's proxy and by the receiver's. */
import { selectors } from '../../../cluster/prometheus/promql/parse.ts';
import { isIstioRequestMetric, metricName } from '../gates/audience.ts';
import { queryPlace } from '../gates/place.ts';
import { type Rule, titleOf } from '../finding.ts';

export const reporterMissing: Rule = {
  name: 'reporter-missing',
  check: (world) =>
    world.gates.flatMap(({ query, template }) => {
      if (query?.parsed === undefined) return [];
      const bad = selectors(query.parsed).find(
        (one) =>
          isIstioRequestMetric(metricName(one)) && !one.matchers.some(({ name }) => name === 'reporter'),
      );
      if (bad === undefined) return [];
      return [
        {
          severity: 'warning' as const,
          object: titleOf(template),
          where: queryPlace(world, template, query, bad.position.start),
          what: `${metricName(bad)} without reporter counts requests twice`,
          why: 'The proxy of the caller and the proxy of the receiver both report a request. With retries and lost connections the two differ, so the sum is no rate that anybody saw.',
          mend: `${metricName(bad)}{reporter="destination", …}`,
        },
      ];
    }),
};
