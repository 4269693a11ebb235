// A scenario's load streams as k6 runs them against a real address: open model, so a slow answer does not slow the
// users down. The streams come in STREAMS, a JSON list in the scenario's own words (`coalmine` rates are given per
// second): [{ "name": "users", "ratePerSecond": 100, "url": "http://echo.local/", "method": "GET", "headers": {} }].
// DURATION is how long to send, 60s when left out; ADDRESS, if given, is where to connect (http://127.0.0.1:8080),
// the stream's own host then going into the Host header.
//
// Each answer is counted by the version that its body names, which is what the judge compares with the weights.
import { check } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

const streams = JSON.parse(__ENV.STREAMS);
const byVersion = new Counter('coalmine_requests');

export const options = {
  discardResponseBodies: false,
  noConnectionReuse: false,
  summaryTrendStats: ['p(50)', 'p(99)', 'max'],
  scenarios: Object.fromEntries(
    streams.map(({ name, ratePerSecond }) => [
      name,
      {
        executor: 'constant-arrival-rate',
        exec: 'send',
        // k6 takes whole numbers: a rate under one a second is given per minute.
        rate: ratePerSecond >= 1 ? Math.round(ratePerSecond) : Math.round(ratePerSecond * 60),
        timeUnit: ratePerSecond >= 1 ? '1s' : '1m',
        duration: __ENV.DURATION || '60s',
        preAllocatedVUs: Math.max(2, Math.ceil(ratePerSecond / 5)),
        maxVUs: Math.max(10, Math.ceil(ratePerSecond * 2)),
      },
    ]),
  ),
};

export function send() {
  const stream = streams.find(({ name }) => name === exec.scenario.name);
  const own = /^(https?:\/\/)([^/]+)(\/.*)?$/.exec(stream.url);
  const target = __ENV.ADDRESS ? `${__ENV.ADDRESS}${own[3] || '/'}` : stream.url;
  const headers = { ...stream.headers, ...(__ENV.ADDRESS ? { Host: own[2] } : {}) };
  const answer = http.request(stream.method || 'GET', target, null, { headers, tags: { load: stream.name } });
  byVersion.add(1, { load: stream.name, version: versionOf(answer), status: String(answer.status) });
  check(answer, { 'was answered': ({ status }) => status !== 0 });
}

function versionOf(answer) {
  try {
    return String(answer.json('version'));
  } catch {
    // Not the echo app, or the mesh's own 503: such an answer names no version.
    return 'none';
  }
}
