/** irate looks at the last two scrapes of its window, however long that is. */
import { formatDuration } from '../../../cluster/kernel/time.ts';
import { readDurationMs } from '../../../cluster/prometheus/promql/literals.ts';
import { queryPlace } from '../gates/place.ts';
import { rangeCalls, scrapeInterval } from '../gates/ranges.ts';
import { type Rule, titleOf } from '../finding.ts';

export const irate: Rule = {
  name: 'irate',
  check: (world) => {
    const scrape = scrapeInterval(world, readDurationMs);
    return world.gates.flatMap(({ query, template }) => {
      if (query?.parsed === undefined) return [];
      const call = rangeCalls(query.parsed.expression).find(({ name }) => name === 'irate');
      if (call === undefined) return [];
      const window = formatDuration(call.rangeMs);
      return [
        {
          severity: 'warning' as const,
          object: titleOf(template),
          where: queryPlace(world, template, query, call.start),
          what: `irate over [${window}] looks at the last two scrapes only`,
          why: `A measurement sees about ${formatDuration(scrape.ms)} of traffic, not ${window}: errors at any other moment are missed, and one unlucky moment fails the gate.`,
          mend: `rate(…[${window}])`,
        },
      ];
    });
  },
};
