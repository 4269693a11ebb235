import { describe, expect, test } from 'vitest';
import { RULES } from '../../../scripts/lint/rules.ts';
import { HEALTHY, lintChanged, lintText, textAt } from './healthy.ts';

type Change = readonly [string, string];

interface Case {
  rule: string;
  severity: 'error' | 'warning' | 'info';
  story: string;
  change?: Change[];
  add?: string;
  /** In `what`, `why` or `mend`. */
  says: string;
  /** The place's text begins so. */
  at: string;
}

const RATIO_START =
  'sum(rate(istio_requests_total{reporter="destination",rollouts_pod_template_hash="{{args.hash}}",response_code!~"5.*"}[1m]))';
const APPLICATION = (ignore: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  destination: { namespace: demo }
  syncPolicy: { automated: { selfHeal: true }, syncOptions: [RespectIgnoreDifferences=true] }
  ignoreDifferences: [${ignore}]
`;
const IGNORE_WEIGHTS = '{ group: networking.istio.io, kind: VirtualService, jsonPointers: [/spec/http] }';
const IGNORE_SELECTORS = '{ kind: Service, jqPathExpressions: [.spec.selector] }';
const MONITOR = `apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: { name: app, namespace: demo }
spec:
  selector: { matchLabels: { app: shop } }
  podMetricsEndpoints: [{ port: web, interval: 15s }]
`;
const STRICT = (port: string): string => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: demo }
spec: { mtls: { mode: STRICT }${port} }
---
${MONITOR}`;

const CASES: Case[] = [
  {
    rule: 'malformed',
    severity: 'error',
    story: 'a map where steps are a list',
    change: [['hosts: [shop-stable]', 'hosts: { a: b }']],
    says: 'must be array',
    at: '{ a: b }',
  },
  {
    rule: 'unknown-kind',
    severity: 'error',
    story: 'a kind with a slip',
    add: 'apiVersion: argoproj.io/v1alpha1\nkind: Rolout\nmetadata: { name: x }\n',
    says: 'kind: Rollout',
    at: 'Rolout',
  },
  {
    rule: 'unknown-kind',
    severity: 'info',
    story: "somebody else's kind",
    add: 'apiVersion: acme.io/v1\nkind: Widget\nmetadata: { name: x }\n',
    says: 'your cluster',
    at: 'Widget',
  },
  {
    rule: 'schema',
    severity: 'error',
    story: 'an unknown field',
    change: [['replicas: 4', 'replicas: 4\n  replica: 4']],
    says: 'unknown field',
    at: 'replica: 4',
  },
  {
    rule: 'selector-missing',
    severity: 'error',
    story: 'no selector',
    change: [['  selector: { matchLabels: { app: shop } }\n', '']],
    says: "Rollout has missing field '.spec.selector'",
    at: 'replicas: 4',
  },
  {
    rule: 'services-unset',
    severity: 'error',
    story: 'no Services in the spec',
    change: [['      stableService: shop-stable\n      canaryService: shop-canary\n', '']],
    says: 'Canary service and Stable service must to be set to use Traffic Routing',
    at: 'canary:',
  },
  {
    rule: 'service-missing',
    severity: 'error',
    story: 'a Service that is not there',
    change: [['canaryService: shop-canary', 'canaryService: shop-canari']],
    says: 'service "shop-canari" not found',
    at: 'shop-canari',
  },
  {
    rule: 'route-missing',
    severity: 'error',
    story: 'a route without a name',
    change: [['- name: primary\n      fault', '- fault']],
    says: "HTTP Route 'primary' is not found in the defined Virtual Service.",
    at: 'primary',
  },
  {
    rule: 'route-missing',
    severity: 'error',
    story: 'no such VirtualService',
    change: [['virtualService: { name: shop,', 'virtualService: { name: shopp,']],
    says: 'virtualservices.networking.istio.io "shopp" not found',
    at: 'shopp',
  },
  {
    rule: 'route-not-split',
    severity: 'error',
    story: 'a header route among the routes',
    change: [
      ['routes: [primary]', 'routes: [primary, beta]'],
      [
        '    - name: primary\n',
        '    - name: beta\n      match: [{ headers: { x-beta: { exact: "1" } } }]\n      route: [{ destination: { host: shop-canary } }]\n    - name: primary\n',
      ],
    ],
    says: "Istio VirtualService has invalid HTTP routes. Error: Stable Service 'shop-stable' not found in route",
    at: 'beta',
  },
  {
    rule: 'destination-rule-unnamed',
    severity: 'error',
    story: 'subsets without a destinationRule',
    change: [['{ host: shop-stable }', '{ host: shop-stable, subset: stable }']],
    says: 'destinationRule:',
    at: 'istio:',
  },
  {
    rule: 'subsets-undefined',
    severity: 'error',
    story: 'a subset that nobody defines',
    change: [['{ host: shop-stable }', '{ host: shop-stable, subset: stable }']],
    says: '503',
    at: 'stable }',
  },
  {
    rule: 'template-missing',
    severity: 'error',
    story: 'a template that is not there',
    change: [['templateName: success-rate', 'templateName: succes-rate']],
    says: "AnalysisTemplate 'succes-rate' not found",
    at: 'succes-rate',
  },
  {
    rule: 'analysis-endless',
    severity: 'error',
    story: 'an inline metric without count',
    change: [['      count: 3\n', '']],
    says: 'AnalysisTemplate success-rate has metric success-rate which runs indefinitely. Invalid value for count: <nil>',
    at: 'name: success-rate',
  },
  {
    rule: 'argument-missing',
    severity: 'error',
    story: 'an argument that is not given',
    change: [['            args: [{ name: hash, valueFrom: { podTemplateHashValue: Latest } }]\n', '']],
    says: 'args.hash was not resolved',
    at: 'analysis:',
  },
  {
    rule: 'argument-undeclared',
    severity: 'error',
    story: 'a tag that names nothing',
    change: [['hash="{{args.hash}}"}[1m', 'hash="{{args.hsah}}"}[1m']],
    says: 'failed to resolve {{args.hsah}}',
    at: '|',
  },
  {
    rule: 'argument-unused',
    severity: 'warning',
    story: 'an argument that nothing reads',
    change: [['args: [{ name: hash }]', 'args: [{ name: hash }, { name: idle, value: x }]']],
    says: 'never read',
    at: 'idle',
  },
  {
    rule: 'argument-unused',
    severity: 'warning',
    story: 'an argument that nobody declares',
    change: [['args: [{ name: hash, valueFrom', 'args: [{ name: idle, value: x }, { name: hash, valueFrom']],
    says: 'no template of this analysis declares it',
    at: 'idle',
  },
  {
    rule: 'metric-invalid',
    severity: 'error',
    story: 'a count without an interval',
    change: [['      interval: 1m\n', '']],
    says: 'interval must be specified when count > 1',
    at: 'name: success-rate',
  },
  {
    rule: 'refused',
    severity: 'error',
    story: 'a weight above 100',
    change: [['setWeight: 10', 'setWeight: 110']],
    says: 'SetWeight needs to be between 0 and 100',
    at: '110',
  },
  {
    rule: 'host-form',
    severity: 'error',
    story: 'a host with one dot',
    change: [['hosts: [shop-stable]', 'hosts: [shop-stable.demo]']],
    says: 'shop-stable.demo.svc.cluster.local',
    at: 'shop-stable.demo',
  },
  {
    rule: 'destination-unknown',
    severity: 'error',
    story: 'a destination that is not there',
    change: [
      [
        '          weight: 0',
        '          weight: 0\n        - destination: { host: nowhere }\n          weight: 0',
      ],
    ],
    says: 'no Service "nowhere"',
    at: 'nowhere',
  },
  {
    rule: 'destination-unknown',
    severity: 'error',
    story: 'a port that the Service lacks',
    change: [['port: { number: 80 }', 'port: { number: 81 }']],
    says: 'no port 81; it has: 80',
    at: '81',
  },
  {
    rule: 'weights-sum',
    severity: 'warning',
    story: 'weights of 110',
    change: [['weight: 0', 'weight: 10']],
    says: '100 + 10 make 110',
    at: 'route:',
  },
  {
    rule: 'fault-without-percentage',
    severity: 'warning',
    story: 'an abort without percentage',
    change: [['percentage: { value: 1 }, ', '']],
    says: 'no request at all',
    at: 'abort:',
  },
  {
    rule: 'header-route-without-pods',
    severity: 'error',
    story: 'QA before any pod',
    change: [['        - setCanaryScale: { replicas: 1 }\n', '']],
    says: '503',
    at: 'setHeaderRoute:',
  },
  {
    rule: 'header-route-without-pods',
    severity: 'warning',
    story: 'a moment without pods',
    change: [
      ['        - setCanaryScale: { replicas: 1 }\n', ''],
      ['        - pause: {}\n', ''],
    ],
    says: '503',
    at: 'setHeaderRoute:',
  },
  {
    rule: 'header-route-left',
    severity: 'warning',
    story: 'never removed',
    change: [['        - setHeaderRoute: { name: qa }\n', '']],
    says: 'removed by no later step',
    at: 'setHeaderRoute:',
  },
  {
    rule: 'promql-syntax',
    severity: 'error',
    story: 'a query with a bracket too few',
    change: [[RATIO_START, RATIO_START.replace('[1m]))', '[1m])')]],
    says: 'parse error',
    at: '',
  },
  {
    rule: 'condition-syntax',
    severity: 'error',
    story: 'a condition that is no condition',
    change: [['successCondition: len(result) > 0 && result[0] >= 0.99', 'successCondition: result[0] >=']],
    says: 'cannot be read',
    at: 'result[0] >=',
  },
  {
    rule: 'query-matches-nothing',
    severity: 'error',
    story: 'a workload of the canary alone',
    change: [
      [
        'rollouts_pod_template_hash="{{args.hash}}"',
        'destination_workload="shop-canary",rollouts_pod_template_hash="{{args.hash}}"',
      ],
    ],
    says: 'Istio names a workload after the Rollout',
    at: 'istio_requests_total{',
  },
  {
    rule: 'gate-cannot-fail',
    severity: 'error',
    story: 'a fallback that passes',
    change: [[`${RATIO_START}\n            /\n`, `vector(1) and ${RATIO_START} or vector(1)\n            #`]],
    says: 'can never fail',
    at: 'or vector(1)',
  },
  {
    rule: 'masked-canary',
    severity: 'error',
    story: 'the whole namespace',
    change: [['rollouts_pod_template_hash="{{args.hash}}"', 'destination_workload_namespace="demo"']],
    says: "At 10 % weight a canary failing 5 % of its requests leaves 99.5 %: above the gate's 0.99; only a canary failing more than 10 % would be seen.",
    at: '|',
  },
  {
    rule: 'reporter-missing',
    severity: 'warning',
    story: 'both reporters',
    change: [['reporter="destination",', '']],
    says: 'counts requests twice',
    at: 'istio_requests_total{',
  },
  {
    rule: 'result-unguarded',
    severity: 'warning',
    story: 'no word on an empty result',
    change: [['successCondition: len(result) > 0 && ', 'successCondition: ']],
    says: 'reflect: slice index out of range',
    at: 'result[0] >= 0.99',
  },
  {
    rule: 'result-unguarded',
    severity: 'info',
    story: 'NaN counts as a failure',
    change: [['      failureCondition: len(result) > 0 && result[0] < 0.99\n', '']],
    says: 'NaN',
    at: 'len(result)',
  },
  {
    rule: 'irate',
    severity: 'warning',
    story: 'irate',
    change: [['sum(rate(', 'sum(irate(']],
    says: 'last two scrapes',
    at: 'irate(',
  },
  {
    rule: 'rate-window',
    severity: 'warning',
    story: 'one scrape a window',
    change: [['[1m]', '[20s]']],
    says: 'every 15s',
    at: 'rate(',
  },
  {
    rule: 'measurements-overlap',
    severity: 'info',
    story: 'windows of two intervals',
    change: [['interval: 1m', 'interval: 30s']],
    says: 'worth 2 independent ones',
    at: '30s',
  },
  {
    rule: 'strict-mtls-scrape',
    severity: 'warning',
    story: 'a plain scrape of the app',
    add: STRICT(''),
    says: 'STRICT',
    at: '{ port: web',
  },
  {
    rule: 'gitops-fights',
    severity: 'error',
    story: 'selfHeal and no ignoreDifferences',
    add: APPLICATION(IGNORE_SELECTORS),
    says: 'puts the old ones back',
    at: 'selfHeal',
  },
  {
    rule: 'gitops-fights',
    severity: 'info',
    story: 'selectors not covered',
    add: APPLICATION(IGNORE_WEIGHTS),
    says: 'rollouts-pod-template-hash',
    at: 'selfHeal',
  },
  {
    rule: 'abort-keeps-header-users',
    severity: 'info',
    story: "a route of the team's own",
    change: [
      [
        '    - name: primary\n',
        '    - name: beta\n      match: [{ headers: { x-beta: { exact: "1" } } }]\n      route: [{ destination: { host: shop-canary } }]\n    - name: primary\n',
      ],
    ],
    says: 'argo-rollouts#3078',
    at: 'name: beta',
  },
  {
    rule: 'not-simulated',
    severity: 'info',
    story: 'affinity',
    add: 'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: d, namespace: demo }\nspec: { host: shop-stable, trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true } } } }\n',
    says: 'affinity',
    at: '{ useSourceIp',
  },
  {
    rule: 'not-simulated',
    severity: 'error',
    story: 'no weight at all',
    change: [['weight: 100', 'weight: 0']],
    says: 'Istio refuses it',
    at: '- destination',
  },
];

test('the healthy manifests have no finding at all', () => {
  expect(lintChanged()).toEqual([]);
});

test('every rule has a case that makes it speak', () => {
  expect([...new Set(CASES.map(({ rule }) => rule))].sort()).toEqual(RULES.map(({ name }) => name).sort());
});

describe('a rule finds', () => {
  for (const { rule, severity, story, change = [], add = '', says, at } of CASES) {
    test(`${rule}: ${story}`, () => {
      const found = lintChanged(change, add).filter(
        (finding) => finding.rule === rule && finding.severity === severity,
      );
      expect(found.length, 'how often').toBeGreaterThan(0);
      const [first] = found;
      expect(`${first!.what}\n${first!.why}\n${first!.mend}`).toContain(says);
      let text = HEALTHY;
      for (const [from, to] of change) text = text.replaceAll(from, to);
      expect(textAt(add === '' ? text : `${text}---\n${add}`, first!.where).startsWith(at)).toBe(true);
    });
  }
});

describe('a rule keeps still', () => {
  const quiet: [string, Change[], string?][] = [
    [
      'an Application that leaves weights and selectors alone',
      [],
      APPLICATION(`${IGNORE_WEIGHTS}, ${IGNORE_SELECTORS}`),
    ],
    [
      'STRICT with the scraped port let through',
      [],
      STRICT(', portLevelMtls: { "8080": { mode: PERMISSIVE } }'),
    ],
    ['a plain scrape without STRICT', [], MONITOR],
    ['a fallback that the condition refuses', [[']))\n---', '])) or vector(0)\n---']]],
    [
      'an external host with one dot',
      [
        [
          '          weight: 0',
          '          weight: 0\n        - destination: { host: example.com }\n          weight: 0',
        ],
      ],
    ],
    [
      'the canary Service as the caller names it',
      [
        [
          'reporter="destination",rollouts_pod_template_hash="{{args.hash}}"',
          'reporter="source",destination_service_name="shop-canary",source_workload=~"{{args.hash}}.*"',
        ],
      ],
    ],
    ['pods by their names', [['rollouts_pod_template_hash="{{args.hash}}"', 'pod=~"shop-{{args.hash}}-.*"']]],
    [
      'a scrape interval that is short enough',
      [
        ['[1m]', '[20s]'],
        ['interval: 1m', 'interval: 20s'],
      ],
      MONITOR.replace('15s', '5s'),
    ],
  ];
  for (const [story, change, add = ''] of quiet) {
    test(story, () => {
      expect(lintChanged(change, add).map(({ rule, what }) => `${rule}: ${what}`)).toEqual([]);
    });
  }
});

describe('a selector by workload', () => {
  const HASH = 'rollouts_pod_template_hash="{{args.hash}}"';
  const byWorkload = (matcher: string, add = ''): string[] =>
    lintChanged([[HASH, matcher]], add)
      .filter(({ rule }) => rule === 'query-matches-nothing')
      .map(({ severity, what }) => `${severity} ${what}`);
  const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: payments, namespace: demo }
spec:
  selector: { matchLabels: { app: payments } }
  template:
    metadata: { labels: { app: payments } }
    spec: { containers: [{ name: c, image: x }] }
`;

  test('may ask about another workload, if there is one', () => {
    expect(byWorkload('destination_workload="payments"', DEPLOYMENT)).toEqual([]);
    expect(byWorkload('destination_workload="payments"')).toEqual([
      'warning destination_workload="payments" matches no request to the pods of Rollout shop',
    ]);
  });

  test('by source: the canary has no name of its own there either', () => {
    expect(byWorkload('source_workload="shop-canary"')).toEqual([
      'error source_workload="shop-canary" matches no request from the pods of Rollout shop',
    ]);
    expect(byWorkload('source_workload="shop",destination_workload="payments"')).toEqual([]);
  });
});

describe('the arithmetic of a masked canary', () => {
  const masked = (...change: Change[]): string => {
    const namespaceWide: Change = [
      'rollouts_pod_template_hash="{{args.hash}}"',
      'destination_workload_namespace="demo"',
    ];
    const found = lintChanged([namespaceWide, ...change]);
    return found.find(({ rule }) => rule === 'masked-canary')?.why ?? '';
  };

  test('follows the weight at the step of the analysis', () => {
    expect(masked(['setWeight: 10', 'setWeight: 50'])).toContain(
      'At 50 % weight a canary failing 1 % of its requests leaves 99.5 %',
    );
  });

  test('says so when the gate cannot see even a dead canary', () => {
    const found = masked(['setWeight: 10', 'setWeight: 1'], ['>= 0.99', '>= 0.98'], ['< 0.99', '< 0.98']);
    expect(found).toContain('At 1 % weight even a canary failing all of its requests leaves 99 %');
  });

  test('reads a limit on errors the other way round', () => {
    const found = masked(
      ['!~"5.*"', '=~"5.*"'],
      ['&& result[0] >= 0.99', '&& result[0] <= 0.01'],
      ['&& result[0] < 0.99', '&& result[0] > 0.01'],
    );
    expect(found).toContain("a canary failing 5 % of its requests makes 0.5 %: below the gate's 0.01");
  });
});

test('a fault in a query stands at its line and column in the file', () => {
  const text = HEALTHY.replace(
    'sum(rate(istio_requests_total{reporter="destination",rollouts_pod_template_hash="{{args.hash}}"}[1m]))',
    'sum(rate(istio_requests_total{reporter=destination}[1m]))',
  );
  const [finding] = lintText(text).filter(({ rule }) => rule === 'promql-syntax');
  expect(textAt(text, finding!.where)).toMatch(/^destination}/);
});
