import { describe, expect, it } from 'vitest';
import { deepEqual, diffPatch, mergePatch } from '../../../cluster/kube/merge-patch.ts';
import { matchesSelector, parseSelector, selectorToString } from '../../../cluster/kube/selectors.ts';

describe('a label selector', () => {
  it.each([
    ['env=prod', { env: 'prod' }, true],
    ['env==prod,tier!=db', { env: 'prod' }, true],
    ['tier!=db', { tier: 'db' }, false],
    ['env in (prod, qa)', { env: 'qa' }, true],
    ['env in (prod,qa)', {}, false],
    ['env notin (prod)', {}, true],
    ['env notin (prod),app', { env: 'qa' }, false],
    ['app', { app: '' }, true],
    ['!app', { app: 'x' }, false],
    ['!app', {}, true],
    ['', { any: 'thing' }, true],
  ])('%s on %o is %s', (text, labels, expected) => {
    expect(matchesSelector(parseSelector(text), labels as Record<string, string>)).toBe(expected);
  });

  it('matches everything when empty, nothing when there is none', () => {
    expect([matchesSelector({}, {}), matchesSelector(undefined, {})]).toEqual([true, false]);
  });

  it('prints as kubectl does', () => {
    const matchExpressions = [
      { key: 'tier', operator: 'In' as const, values: ['b', 'a'] },
      { key: 'old', operator: 'DoesNotExist' as const },
    ];
    expect(selectorToString({ matchLabels: { app: 'demo' }, matchExpressions })).toBe(
      'app=demo,!old,tier in (a,b)',
    );
    expect([selectorToString({}), selectorToString(undefined)]).toEqual(['<none>', '<none>']);
  });

  it('refuses what is no selector', () => {
    expect(() => parseSelector('a=b=c')).toThrow('unable to parse requirement: "a=b=c"');
  });
});

// The table of RFC 7386, appendix A.
describe('a merge patch', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j by %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  it('made from two objects turns one into the other, and is nothing for equals', () => {
    const [from, to] = [
      { a: 1, b: { c: [1], d: 'x' }, gone: true },
      { a: 1, b: { c: [2], d: 'x' }, new: {} },
    ];
    const patch = diffPatch(from, to)!;
    expect(patch).toEqual({ b: { c: [2] }, gone: null, new: {} });
    expect(mergePatch(from, patch)).toEqual(to);
    expect(diffPatch(to, { ...to, absent: undefined })).toBeUndefined();
    expect(deepEqual({ a: undefined }, {})).toBe(true);
    expect(deepEqual({}, { a: 0 })).toBe(false);
  });
});
