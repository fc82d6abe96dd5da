/**
 * How large parts are and how many are cut together. Each slice of a cluster reads whole files, so COPY is fastest if their number
 * is a multiple of the slices and their sizes are equal, 1 MB to 1 GB compressed (t_splitting-data-files).
 */

export interface PartShape {
  /** CSV bytes of a part. */
  readonly partBytes: number;
  /** How many parts are cut together: the number of slices, if memory allows. */
  readonly group: number;
}

const MB = 1024 * 1024;

/** A little more than the smallest worthwhile size. */
const MIN_COMPRESSED_BYTES = 1.1 * MB;

/** The usual size of a part, as a multiple of the smallest. Larger parts would leave more to compress when reading has ended. */
const USUAL_SHARE = 1.5;

const USUAL_SLICES = 4;
const USUAL_RATIO = 3;

export class PartShaper {
  readonly #openBytes: number;
  #slices = USUAL_SLICES;
  #csvBytes = 0;
  #compressedBytes = 0;

  /** `openBytes` of memory are for data that is not cut yet: two groups, because only the end shows which group is the last. */
  constructor(openBytes: number) {
    this.#openBytes = openBytes;
  }

  /** The slices of the cluster; undefined if unknown. */
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
    return { partBytes: steppedDown(Math.min(groupBytes / group, this.#leastBytes * USUAL_SHARE)), group };
  }

  /** The number of equal parts for this many bytes of CSV, if no more follow. */
  countOf(csvBytes: number): number {
    return Math.max(Math.min(Math.floor(csvBytes / this.#leastBytes), this.shape.group), 1);
  }

  /** The estimated compressed size of this many bytes of CSV, from the parts so far. */
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

/** The number of sizes between two powers of two. With fewer, some parts would compress to less than 1 MB. */
const STEPS = 16;

/**
 * The largest of a few sizes that is not larger. The measured ratio of compression changes a little with each part. If the size
 * changed as well, the memory of one part would not fit the next one.
 */
function steppedDown(bytes: number): number {
  const step = 2 ** Math.floor(Math.log2(bytes)) / STEPS;
  return Math.floor(bytes / step) * step;
}
