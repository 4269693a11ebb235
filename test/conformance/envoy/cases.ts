/**
 * What is put to both: route stories, and drawn routes and requests (fixed seed). Every VirtualService has hosts of
 * its own, so that one Envoy serves them all.
 */
import * as fc from 'fast-check';
import type {
  HTTPMatchRequest,
  HTTPRoute,
  StringMatch,
  VirtualService,
} from '../../../cluster/kube/types/istio.ts';
import { matchCases } from '../../cluster/istio/match-cases.ts';

export interface Question {
  about: string;
  host: string;
  path: string;
  method: string;
  headers: Record<string, string>;
}

const to = (host: string, weight?: number) => ({
  destination: { host },
  ...(weight === undefined ? {} : { weight }),
});
export const CANARY = [to('echo-canary')];
const STABLE = [to('echo-stable')];

export function virtualService(name: string, http: HTTPRoute[], hosts = [`${name}.local`]): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: 'echo' },
    spec: { hosts, gateways: ['public'], http },
  };
}

const ask = (about: string, host: string, more: Partial<Question> = {}): Question => ({
  about,
  host,
  path: '/',
  method: 'GET',
  headers: {},
  ...more,
});

/** Decisions that chance has no part in. */
export function exactCases(): { virtualServices: VirtualService[]; questions: Question[] } {
  const virtualServices: VirtualService[] = [];
  const questions: Question[] = [];
  matchCases().forEach(({ rule, match, request }, index) => {
    const name = `match-${index}`;
    virtualServices.push(
      virtualService(name, [
        { name: 'ab', match: [match], route: CANARY },
        { name: 'primary', route: STABLE },
      ]),
    );
    const { path = '/', method = 'GET', headers = {} } = request;
    const port = request.host?.includes(':') === true ? ':80' : '';
    questions.push(ask(rule, `${name}.local${port}`, { path, method, headers: { ...headers } }));
  });
  const single: [string, HTTPRoute[]][] = [
    ['no-route', [{ match: [{ uri: { prefix: '/api' } }], route: CANARY }]],
    ['no-cluster', [{ name: 'r', route: [to('nowhere')] }]],
    ['no-endpoints', [{ name: 'r', route: [to('echo-empty')] }]],
    ['direct', [{ name: 'r', directResponse: { status: 418 } }]],
    ['moved', [{ name: 'r', redirect: { uri: '/moved' } }]],
    ['moved-308', [{ name: 'r', redirect: { uri: '/moved', redirectCode: 308 } }]],
    ['zero', [{ name: 'r', route: [to('echo-stable', 100), to('echo-canary', 0)] }]],
    ['hundred', [{ name: 'r', route: [to('echo-stable', 0), to('echo-canary', 100)] }]],
    ['alone-at-zero', [{ name: 'r', route: [to('echo-canary', 0)] }]],
    [
      'aborted',
      [{ name: 'r', route: STABLE, fault: { abort: { percentage: { value: 100 }, httpStatus: 429 } } }],
    ],
    [
      'aborted-nowhere',
      [
        {
          name: 'r',
          route: [to('nowhere')],
          fault: { abort: { percentage: { value: 100 }, httpStatus: 429 } },
        },
      ],
    ],
    [
      'delayed',
      [{ name: 'r', route: STABLE, fault: { delay: { percentage: { value: 100 }, fixedDelay: '0.05s' } } }],
    ],
    [
      'delayed-aborted',
      [
        {
          name: 'r',
          route: STABLE,
          fault: {
            delay: { percentage: { value: 100 }, fixedDelay: '0.05s' },
            abort: { percentage: { value: 100 }, httpStatus: 429 },
          },
        },
      ],
    ],
    [
      'delayed-no-endpoints',
      [
        {
          name: 'r',
          route: [to('echo-empty')],
          fault: { delay: { percentage: { value: 100 }, fixedDelay: '0.05s' } },
        },
      ],
    ],
    ['fault-without-percentage', [{ name: 'r', route: STABLE, fault: { abort: { httpStatus: 429 } } }]],
    [
      'delay-is-not-in-the-timeout',
      [
        {
          name: 'r',
          route: STABLE,
          timeout: '0.04s',
          fault: { delay: { percentage: { value: 100 }, fixedDelay: '0.08s' } },
        },
      ],
    ],
    ['failing', [{ name: 'r', route: [to('echo-bad')] }]],
    ['failing-retried', [{ name: 'r', route: [to('echo-bad')], retries: { attempts: 2, retryOn: '5xx' } }]],
    [
      'failing-retried-by-code',
      [{ name: 'r', route: [to('echo-bad')], retries: { attempts: 1, retryOn: '503' } }],
    ],
    ['failing-not-retried', [{ name: 'r', route: [to('echo-bad')], retries: { attempts: 0 } }]],
    [
      'half-bad-retried',
      [{ name: 'r', route: [to('echo-half')], retries: { attempts: 1, retryOn: 'gateway-error' } }],
    ],
    ['slow', [{ name: 'r', route: [to('echo-slow')], timeout: '0.05s' }]],
    [
      'slow-per-try',
      [
        {
          name: 'r',
          route: [to('echo-slow')],
          retries: { attempts: 1, retryOn: '5xx', perTryTimeout: '0.05s' },
        },
      ],
    ],
    [
      'slow-per-try-default',
      [{ name: 'r', route: [to('echo-slow')], retries: { attempts: 1, perTryTimeout: '0.05s' } }],
    ],
    [
      'slow-per-try-reset',
      [
        {
          name: 'r',
          route: [to('echo-slow')],
          retries: { attempts: 1, retryOn: 'reset', perTryTimeout: '0.05s' },
        },
      ],
    ],
  ];
  const delay = { delay: { percentage: { value: 100 }, fixedDelay: '0.02s' } };
  single.push(
    ['delayed-slow', [{ name: 'r', route: [to('echo-slow')], timeout: '0.05s', fault: delay }]],
    [
      'delayed-failing-retried',
      [{ name: 'r', route: [to('echo-bad')], retries: { attempts: 1, retryOn: '5xx' }, fault: delay }],
    ],
    ['delayed-nowhere', [{ name: 'r', route: [to('nowhere')], fault: delay }]],
    [
      'delayed-slow-per-try',
      [
        {
          name: 'r',
          route: [to('echo-slow')],
          retries: { attempts: 1, retryOn: '5xx', perTryTimeout: '0.05s' },
          fault: delay,
        },
      ],
    ],
    ['delayed-direct', [{ name: 'r', directResponse: { status: 418 }, fault: delay }]],
    [
      'aborted-direct',
      [
        {
          name: 'r',
          directResponse: { status: 418 },
          fault: { abort: { percentage: { value: 100 }, httpStatus: 429 } },
        },
      ],
    ],
    [
      'retried-into-the-timeout',
      [
        {
          name: 'r',
          route: [to('echo-slow')],
          timeout: '0.08s',
          retries: { attempts: 5, retryOn: '5xx', perTryTimeout: '0.05s' },
        },
      ],
    ],
  );
  for (const [name, http] of single) {
    virtualServices.push(virtualService(name, http));
    questions.push(ask(name, `${name}.local`));
  }
  const wild: [string, string][] = [
    ['wild-1', '*.wild.local'],
    ['wild-2', '*.a.wild.local'],
    ['wild-3', 'x.a.wild.local'],
  ];
  for (const [name, host] of wild)
    virtualServices.push(virtualService(name, [{ name, route: STABLE }], [host]));
  for (const host of [
    'x.a.wild.local',
    'y.a.wild.local',
    'a.wild.local',
    'wild.local',
    'X.A.WILD.LOCAL',
    'unknown.local',
    'x.a.wild.local:8080',
  ]) {
    questions.push(ask(`domain ${host}`, host));
  }
  return { virtualServices, questions };
}

const TEXTS = ['', 'a', 'b', 'ab', 'beta', 'A', 'a=b; user=beta'];
const text = fc.constantFrom(...TEXTS);
const stringMatch: fc.Arbitrary<StringMatch> = fc.oneof(
  text.map((exact) => ({ exact })),
  fc.constantFrom('a', 'b', 'ab').map((prefix) => ({ prefix })),
  fc.constantFrom('.*', 'a|b', 'a.*', '[a-c]+', '(?i)BETA', '*', '^a$').map((regex) => ({ regex })),
  fc.constant({}),
);
const uri: fc.Arbitrary<StringMatch> = fc.oneof(
  fc.constantFrom('/', '/a', '/a/b').map((exact) => ({ exact })),
  fc.constantFrom('/', '/a', '/A', '/a/').map((prefix) => ({ prefix })),
  fc.constantFrom('.*', '/a', '/a/.*', '/[ab]/?').map((regex) => ({ regex })),
);
const named = fc.dictionary(fc.constantFrom('x-a', 'x-b', 'X-C'), stringMatch, { maxKeys: 2 });
const match: fc.Arbitrary<HTTPMatchRequest> = fc.record(
  {
    uri,
    headers: named,
    withoutHeaders: named,
    method: fc.constantFrom<StringMatch>({ exact: 'GET' }, { exact: 'POST' }, { regex: 'P.*' }),
    queryParams: fc.dictionary(fc.constantFrom('q', 'r'), stringMatch, { maxKeys: 1 }),
    ignoreUriCase: fc.boolean(),
  },
  { requiredKeys: [] },
);
const http = fc.array(
  fc.tuple(
    fc.array(match, { maxLength: 3 }),
    fc.constantFrom('echo-stable', 'echo-canary', 'nowhere', 'echo-empty'),
  ),
  {
    minLength: 1,
    maxLength: 4,
  },
);
const question = fc.record({
  path: fc.constantFrom('/', '/a', '/A', '/a/b', '/a/?q=a', '/?q=ab&r', '/a?q=', '/b?r=beta&q=b'),
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  headers: fc.dictionary(fc.constantFrom('x-a', 'x-b', 'x-c'), text, { maxKeys: 3 }),
});

/** Drawn route lists, each with drawn requests. */
export function drawnCases(
  count: number,
  seed: number,
): { virtualServices: VirtualService[]; questions: Question[] } {
  const virtualServices: VirtualService[] = [];
  const questions: Question[] = [];
  const drawn = fc.sample(fc.tuple(http, fc.array(question, { minLength: 20, maxLength: 20 })), {
    numRuns: count,
    seed,
  });
  drawn.forEach(([list, asked], index) => {
    const name = `drawn-${index}`;
    const routes = list.map(([matches, host], at): HTTPRoute => ({
      name: `r${at}`,
      ...(matches.length === 0 ? {} : { match: matches }),
      route: [to(host)],
    }));
    virtualServices.push(virtualService(name, routes));
    for (const one of asked) questions.push({ about: name, host: `${name}.local`, ...one });
  });
  return { virtualServices, questions };
}

/** Shares of requests, put to Envoy many times. */
export function weightCases(): VirtualService[] {
  return [
    virtualService('ten', [{ name: 'r', route: [to('echo-stable', 90), to('echo-canary', 10)] }]),
    virtualService('thirds', [{ name: 'r', route: [to('echo-stable', 1), to('echo-canary', 2)] }]),
    virtualService('part-missing', [{ name: 'r', route: [to('echo-stable', 80), to('nowhere', 20)] }]),
    virtualService('some-aborted', [
      { name: 'r', route: STABLE, fault: { abort: { percentage: { value: 30 }, httpStatus: 429 } } },
    ]),
    virtualService('mirrored', [
      { name: 'r', route: STABLE, mirror: { host: 'echo-mirror' }, mirrorPercentage: { value: 35 } },
    ]),
  ];
}
