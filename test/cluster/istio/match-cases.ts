/** Match conditions as request stories, one rule each: held against this model, and against a real Envoy. */
import type { RouteRequest } from '../../../cluster/istio/routing/model.ts';
import type { HTTPMatchRequest } from '../../../cluster/kube/types/istio.ts';
import { NAMESPACE } from './world.ts';

export interface MatchCase {
  rule: string;
  match: HTTPMatchRequest;
  request: Partial<RouteRequest>;
  matches: boolean;
}

type Row = [string, HTTPMatchRequest, Partial<RouteRequest>, boolean];

const toCase = ([rule, match, request, matches]: Row): MatchCase => ({ rule, match, request, matches });

/** What Envoy decides for each request. */
export function matchCases(): MatchCase[] {
  const rows: Row[] = [
    [
      'exact header',
      { headers: { 'x-user-type': { exact: 'beta' } } },
      { headers: { 'x-user-type': 'beta' } },
      true,
    ],
    [
      'exact header is case-sensitive',
      { headers: { 'x-user-type': { exact: 'beta' } } },
      { headers: { 'x-user-type': 'Beta' } },
      false,
    ],
    [
      'header names are not',
      { headers: { 'X-User-Type': { exact: 'beta' } } },
      { headers: { 'x-user-type': 'beta' } },
      true,
    ],
    ['a missing header never matches, not even .*', { headers: { 'x-a': { regex: '.*' } } }, {}, false],
    ['an empty match asks for presence only', { headers: { 'x-a': {} } }, { headers: { 'x-a': '' } }, true],
    [
      'a regex must match the whole value',
      { headers: { cookie: { regex: 'user=beta' } } },
      { headers: { cookie: 'user=beta; x=1' } },
      false,
    ],
    [
      'a regex with room around it',
      { headers: { cookie: { regex: '^(.*?;)?\\s*(user=beta)(;.*)?$' } } },
      { headers: { cookie: 'a=b; user=beta; x=1' } },
      true,
    ],
    [
      'RE2 inline flags',
      { headers: { 'x-a': { regex: '(?i)beta|b' } } },
      { headers: { 'x-a': 'BETA' } },
      true,
    ],
    ['without a header that is there', { withoutHeaders: { 'x-a': {} } }, { headers: { 'x-a': '1' } }, false],
    ['without a header that is not there', { withoutHeaders: { 'x-a': {} } }, {}, true],
    [
      'without a value: a missing header counts as empty',
      { withoutHeaders: { 'x-a': { exact: 'no' } } },
      {},
      true,
    ],
    [
      'without .*: a missing header counts as empty',
      { withoutHeaders: { 'x-a': { regex: '.*' } } },
      {},
      false,
    ],
    ['uri prefix', { uri: { prefix: '/api' } }, { path: '/apis/v1' }, true],
    ['uri exact ignores the query', { uri: { exact: '/api' } }, { path: '/api?x=1' }, true],
    ['uri exact and a slash', { uri: { exact: '/api' } }, { path: '/api/' }, false],
    ['uri case counts', { uri: { prefix: '/api' } }, { path: '/API' }, false],
    ['unless told otherwise', { uri: { prefix: '/api' }, ignoreUriCase: true }, { path: '/API/v1' }, true],
    [
      'a uri regex is never case-blind',
      { uri: { regex: '/api' }, ignoreUriCase: true },
      { path: '/API' },
      false,
    ],
    ['method', { method: { exact: 'POST' } }, { method: 'POST' }, true],
    ['another method', { method: { exact: 'POST' } }, { method: 'GET' }, false],
    ['authority with its port', { authority: { exact: 'echo-stable:80' } }, { host: 'echo-stable:80' }, true],
    ['query parameter', { queryParams: { v: { exact: '2' } } }, { path: '/?a=1&v=2' }, true],
    ['query parameter missing', { queryParams: { v: { exact: '2' } } }, { path: '/?a=1' }, false],
    ['query parameter present', { queryParams: { v: {} } }, { path: '/?v' }, true],
    ['all conditions of one match must hold', { uri: { prefix: '/' }, method: { exact: 'PUT' } }, {}, false],
  ];
  return rows.map(toCase);
}

/** What istiod decides when it writes a proxy's configuration. */
export function proxyCases(): MatchCase[] {
  const rows: Row[] = [
    ['port', { port: 80 }, {}, true],
    ['another port', { port: 8080 }, {}, false],
    ['source labels', { sourceLabels: { app: 'client' } }, {}, true],
    ['other source labels', { sourceLabels: { app: 'other' } }, {}, false],
    ['source namespace', { sourceNamespace: NAMESPACE }, {}, true],
    ['other source namespace', { sourceNamespace: 'elsewhere' }, {}, false],
    ['a gateway that this caller is not', { gateways: ['public'] }, {}, false],
    [
      'source labels do not count beside gateways',
      { gateways: ['mesh'], sourceLabels: { app: 'other' } },
      {},
      true,
    ],
  ];
  return rows.map(toCase);
}
