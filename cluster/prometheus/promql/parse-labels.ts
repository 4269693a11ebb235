/** `(job, "a.b")` after by, without, on, ignoring, group_left and group_right. */
import { unquote } from './literals.ts';
import type { TokenStream } from './token-stream.ts';

const CONTEXT = 'grouping opts';

export function parseLabelList(tokens: TokenStream): readonly string[] {
  if (!tokens.at('(')) tokens.unexpected(CONTEXT, '"("');
  tokens.next();
  const labels: string[] = [];
  while (!tokens.at(')')) {
    labels.push(label(tokens));
    if (tokens.at(',')) tokens.next();
    else if (!tokens.at(')')) tokens.unexpected(CONTEXT, '"," or ")"');
  }
  tokens.next();
  return labels;
}

function label(tokens: TokenStream): string {
  const { type, text, start } = tokens.peek();
  if (type === 'string') {
    const name = unquote(tokens.next().text);
    if (name === '') tokens.fail('invalid label name for grouping: ""', { start, end: tokens.lastEnd });
    return name;
  }
  // Keywords are label names here; the operators that are words, too.
  const isWord =
    type === 'identifier' || type === 'metric identifier' || type === 'keyword' || type === 'aggregator';
  if (!isWord && !(type === 'operator' && /^[a-z]/.test(text))) tokens.unexpected(CONTEXT, 'label');
  tokens.next();
  return tokens.textBetween(start, tokens.lastEnd);
}
