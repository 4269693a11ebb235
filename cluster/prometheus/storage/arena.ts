/**
 * Room for samples, cut from a few large buffers: an array buffer for each of a thousand short series would cost more
 * in garbage collection than all the appending. What a series outgrows is not used again before its whole slab is
 * free; since series grow by doubling that wastes no more than they use.
 */

/** Doubles a slab: 512 KiB. */
const SLAB_LENGTH = 65_536;

export class Arena {
  #slab = new ArrayBuffer(0);
  #usedBytes = 0;

  /** A zeroed array that nobody else has. */
  take(length: number): Float64Array<ArrayBuffer> {
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    if (length > SLAB_LENGTH / 8) return new Float64Array(length);
    if (this.#usedBytes + bytes > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(SLAB_LENGTH * Float64Array.BYTES_PER_ELEMENT);
      this.#usedBytes = 0;
    }
    const array = new Float64Array(this.#slab, this.#usedBytes, length);
    this.#usedBytes += bytes;
    return array;
  }
}
