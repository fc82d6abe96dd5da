/**
 * How large parts are and how many are cut together. Each slice of a cluster reads whole files, so COPY is quickest when
 * their number is a multiple of the slices and their sizes are equal, 1 MB to 1 GB compressed (t_splitting-data-files).
 */

export interface PartShape {
  /** CSV bytes of a part. */
  readonly partBytes: number;
  /** So many parts are cut together: the slices, where memory allows. */
  readonly group: number;
}

const MB = 1024 * 1024;

/** A little more than the least that is worthwhile. */
const MIN_COMPRESSED_BYTES = 1.1 * MB;

/** So many times the least is a usual part: what is not cut yet has to be compressed when reading has ended. */
const USUAL_SHARE = 1.5;

const USUAL_SLICES = 4;
const USUAL_RATIO = 3;

export class PartShaper {
  readonly #openBytes: number;
  #slices = USUAL_SLICES;
  #csvBytes = 0;
  #compressedBytes = 0;

  /** `openBytes` of memory are for what is not cut yet: two groups, because it is only known at the end which was the last. */
  constructor(openBytes: number) {
    this.#openBytes = openBytes;
  }

  /** Of the cluster; undefined when nobody knows. */
  useSlices(slices: number | undefined): void {
    this.#slices = slices ?? USUAL_SLICES;
  }

  /** A part was compressed. */
  compressed(csvBytes: number, compressedBytes: number): void {
    this.#csvBytes += csvBytes;
    this.#compressedBytes += compressedBytes;
  }

  get shape(): PartShape {
    const groupBytes = this.#openBytes / 2;
    const group = Math.max(Math.min(Math.floor(groupBytes / this.#leastBytes), this.#slices), 1);
    return { partBytes: Math.floor(Math.min(groupBytes / group, this.#leastBytes * USUAL_SHARE)), group };
  }

  /** In how many equal parts so many bytes of CSV go, when no more follow. */
  countOf(csvBytes: number): number {
    return Math.max(Math.min(Math.floor(csvBytes / this.#leastBytes), this.shape.group), 1);
  }

  /** How many bytes so many bytes of CSV will become, as far as the parts so far tell. */
  compressedSize(csvBytes: number): number {
    return Math.ceil(csvBytes / this.#ratio);
  }

  /** CSV bytes of the smallest part that is worthwhile. */
  get #leastBytes(): number {
    return MIN_COMPRESSED_BYTES * this.#ratio;
  }

  get #ratio(): number {
    return this.#compressedBytes > 0 ? this.#csvBytes / this.#compressedBytes : USUAL_RATIO;
  }
}
