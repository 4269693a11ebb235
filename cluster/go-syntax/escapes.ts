/** The one-letter escapes of Go's string literals (strconv), which PromQL and the condition language share. */
export const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u{7}',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
