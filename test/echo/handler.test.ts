/** The demo app, request by request, without a socket. */
import { describe, expect, test } from 'vitest';
import { answerEcho } from '../../echo/handler.ts';
import type { EchoRequest } from '../../echo/handler.ts';
import { settingsFromEnvironment } from '../../echo/settings.ts';

const request = (more: Partial<EchoRequest> = {}): EchoRequest => ({
  method: 'GET',
  path: '/hello?x=1',
  host: 'echo.local',
  headers: { 'x-user-type': 'beta' },
  body: '',
  ...more,
});
const moment = (draws: number[] = [0.5], upMs = 10_000) => {
  let index = 0;
  return { upMs, draw: () => draws[index++ % draws.length]! };
};

describe('what it answers', () => {
  test('version, pod and the request as it arrived', () => {
    const settings = settingsFromEnvironment({ VERSION: 'v2', POD_NAME: 'echo-1' });
    const { status, body, delayMs } = answerEcho(settings, request(), moment());
    expect(JSON.parse(body)).toEqual({
      version: 'v2',
      pod: 'echo-1',
      host: 'echo.local',
      path: '/hello?x=1',
      headers: { 'x-user-type': 'beta' },
    });
    expect([status, delayMs]).toEqual([200, 0]);
  });

  test('errors as often as ERROR_RATE says', () => {
    const settings = settingsFromEnvironment({ ERROR_RATE: '5%', ERROR_STATUS: '503' });
    expect(answerEcho(settings, request(), moment([0.049])).status).toBe(503);
    expect(answerEcho(settings, request(), moment([0.05])).status).toBe(200);
  });

  test('latency has the quantiles that it was given', () => {
    const settings = settingsFromEnvironment({ LATENCY_P50: '12ms', LATENCY_P99: '90ms' });
    // A grid over both uniforms stands for all draws.
    const all: number[] = [];
    for (let i = 0; i < 300; i++) {
      for (let j = 0; j < 300; j++) {
        all.push(answerEcho(settings, request(), moment([0.5, (i + 0.5) / 300, (j + 0.5) / 300])).delayMs);
      }
    }
    all.sort((a, b) => a - b);
    expect(all[all.length / 2]).toBeCloseTo(12, 1);
    expect(Math.abs(all[Math.floor(all.length * 0.99)]! - 90)).toBeLessThan(2);
  });

  test('health at once, readiness after READY_AFTER', () => {
    const settings = settingsFromEnvironment({ READY_AFTER: '3s' });
    expect(answerEcho(settings, request({ path: '/healthz' }), moment([0.5], 0)).status).toBe(200);
    expect(answerEcho(settings, request({ path: '/readyz' }), moment([0.5], 2999)).status).toBe(503);
    expect(answerEcho(settings, request({ path: '/readyz' }), moment([0.5], 3000)).status).toBe(200);
  });
});

describe('the switch', () => {
  const settings = settingsFromEnvironment({});

  test('changes what the next request meets', () => {
    const changed = answerEcho(
      settings,
      request({ path: '/switch', method: 'PUT', body: '{"ERROR_RATE": 1}' }),
      moment(),
    );
    expect(changed.status).toBe(200);
    expect(answerEcho(changed.settings, request(), moment([0.999])).status).toBe(500);
    expect(answerEcho(settings, request(), moment([0.999])).status).toBe(200);
  });

  test.each([
    ['{"ERROR_RATE": "150%"}', 'ERROR_RATE is "150%": write a share such as 5% or 0.05, between 0 and 1'],
    [
      '{"ERROR_RAT": 1}',
      '"ERROR_RAT" is no switch: ERROR_RATE, ERROR_STATUS, LATENCY_P50, LATENCY_P99, READY_AFTER, CRASH_AFTER',
    ],
    ['[]', 'the body is not a JSON object such as {"ERROR_RATE": "5%"}'],
    ['{"READY_AFTER": null}', 'READY_AFTER is null: write a text or a number'],
    ['{"READY_AFTER": 3}', 'READY_AFTER is "3": write a duration such as 90ms, 3s or 1m'],
    [
      '{"LATENCY_P50": "2s", "LATENCY_P99": "1s"}',
      'LATENCY_P99 is 1000ms, under LATENCY_P50 at 2000ms: it cannot be less',
    ],
  ])('refuses %s', (body, error) => {
    const answer = answerEcho(settings, request({ path: '/switch', method: 'POST', body }), moment());
    expect([answer.status, JSON.parse(answer.body), answer.settings]).toEqual([400, { error }, settings]);
  });

  test('refuses what is not JSON, and other methods', () => {
    expect(
      answerEcho(settings, request({ path: '/switch', method: 'PUT', body: '{' }), moment()).body,
    ).toContain('not JSON');
    expect(answerEcho(settings, request({ path: '/switch', method: 'DELETE' }), moment()).status).toBe(405);
  });
});

test('a bad environment is refused with the value', () => {
  expect(() => settingsFromEnvironment({ ERROR_RATE: 'lots' })).toThrow('ERROR_RATE is "lots"');
});
