/** A window in which there are fewer than two scrapes: rate() answers nothing, always or now and then. */
import { formatDuration } from '../../../cluster/kernel/time.ts';
import { readDurationMs } from '../../../cluster/prometheus/promql/literals.ts';
import { queryPlace } from '../gates/place.ts';
import { NEEDS_TWO_SAMPLES, rangeCalls, scrapeInterval } from '../gates/ranges.ts';
import { type Rule, titleOf } from '../finding.ts';

export const rateWindow: Rule = {
  name: 'rate-window',
  check: (world) => {
    const scrape = scrapeInterval(world, readDurationMs);
    return world.gates.flatMap(({ query, template }) => {
      if (query?.parsed === undefined) return [];
      const short = rangeCalls(query.parsed.expression).find(
        ({ name, rangeMs }) => NEEDS_TWO_SAMPLES.has(name) && rangeMs < 2 * scrape.ms,
      );
      if (short === undefined) return [];
      const [window, interval] = [formatDuration(short.rangeMs), formatDuration(scrape.ms)];
      return [
        {
          severity: 'warning' as const,
          object: titleOf(template),
          where: queryPlace(world, template, query, short.start),
          what: `${short.name} over [${window}], with a scrape every ${interval} (${scrape.from})`,
          why: `${short.name} needs two scrapes in its window; in ${window} there is often one only, and then the answer is empty.`,
          mend: `${short.name}(…[${formatDuration(4 * scrape.ms)}])`,
        },
      ];
    });
  },
};
