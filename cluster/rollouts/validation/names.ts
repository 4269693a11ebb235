/**
 * What Kubernetes accepts as label keys, label values, and names of containers and ports; each function returns what
 * is wrong, in its words.
 *
 * Follows: k8s.io/apimachinery/pkg/util/validation v0.34.1.
 */

const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`;

const qualified = new RegExp(`^${QUALIFIED}$`);
const labelValue = new RegExp(`^(${QUALIFIED})?$`);
const dnsLabel = new RegExp(`^${DNS_LABEL}$`);
const dnsSubdomain = new RegExp(`^${DNS_SUBDOMAIN}$`);

function mismatch(complaint: string, pattern: string, ...examples: string[]): string {
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return `${complaint} (e.g. ${list}regex used for validation is '${pattern}')`;
}

const QUALIFIED_COMPLAINT = mismatch(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED,
  'MyName',
  'my.name',
  '123-abc',
);

/** A label's key: `name` or `prefix/name`. */
export function labelKeyFaults(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${QUALIFIED_COMPLAINT} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [name, prefix] = parts.length === 2 ? [parts[1]!, parts[0]!] : [key, undefined];
  const faults: string[] = [];
  if (prefix === '') faults.push('prefix part must be non-empty');
  else if (prefix !== undefined)
    faults.push(...subdomainFaults(prefix).map((fault) => `prefix part ${fault}`));
  if (name === '') faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push('name part must be no more than 63 characters');
  if (!qualified.test(name)) faults.push(`name part ${QUALIFIED_COMPLAINT}`);
  return faults;
}

function subdomainFaults(text: string): string[] {
  const faults: string[] = [];
  if (text.length > 253) faults.push('must be no more than 253 characters');
  if (!dnsSubdomain.test(text)) {
    const complaint =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    faults.push(mismatch(complaint, DNS_SUBDOMAIN, 'example.com'));
  }
  return faults;
}

export function labelValueFaults(value: string): string[] {
  const faults: string[] = [];
  if (value.length > 63) faults.push('must be no more than 63 characters');
  if (!labelValue.test(value)) {
    const complaint =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    faults.push(mismatch(complaint, `(${QUALIFIED})?`, 'MyValue', 'my_value', '12345'));
  }
  return faults;
}

/** A container's name: an RFC 1123 label. */
export function dnsLabelFaults(text: string): string[] {
  const faults: string[] = [];
  if (text.length > 63) faults.push('must be no more than 63 characters');
  if (dnsLabel.test(text)) return faults;
  if (dnsSubdomain.test(text)) return [...faults, 'must not contain dots'];
  const complaint =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...faults, mismatch(complaint, DNS_LABEL, 'my-name', '123-abc')];
}

export function portNumberFaults(port: number): string[] {
  return port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'];
}

export function portNameFaults(name: string): string[] {
  const faults: string[] = [];
  if (name.length > 15) faults.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) {
    faults.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) faults.push('must contain at least one letter (a-z)');
  if (name.includes('--')) faults.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) faults.push('must not begin or end with a hyphen');
  return faults;
}
