/** Bytes of many rows in one value: each row says where its own begin, from 1 as SQL counts, and how many they are. */
export class Blob {
  readonly #parts: Uint8Array[] = []
  #size = 0

  /** @returns where they begin */
  add(bytes: Uint8Array): number {
    const at = this.#size + 1
    this.#parts.push(bytes)
    this.#size += bytes.length
    return at
  }

  bytes(): Uint8Array {
    return this.#parts.length === 1 ? asBuffer(this.#parts[0] as Uint8Array) : Buffer.concat(this.#parts)
  }
}

/** Drivers send a Buffer as it is, and may take another Uint8Array for an array. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
