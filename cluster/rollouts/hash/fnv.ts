/** The hash behind pod template hashes and step hashes: FNV-1a, 32 bits, in Kubernetes' vowel-free alphabet. */

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const encoder = new TextEncoder();

/** FNV-1a over the UTF-8 bytes of `text`, then over `tail`; unsigned. */
export function fnv32a(text: string, tail: readonly number[] = []): number {
  let hash = OFFSET_BASIS;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, PRIME);
  for (const byte of tail) hash = Math.imul(hash ^ byte, PRIME);
  return hash >>> 0;
}

/** Each character's code, modulo the alphabet: `rand.SafeEncodeString` of k8s.io/apimachinery, for ASCII text. */
export function safeEncode(text: string): string {
  let encoded = '';
  for (let i = 0; i < text.length; i++) encoded += SAFE_ALPHABET[text.charCodeAt(i) % SAFE_ALPHABET.length];
  return encoded;
}
