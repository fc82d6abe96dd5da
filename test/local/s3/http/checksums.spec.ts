/** The checksums against their published check values (CRC RevEng catalogue; FIPS 180-4). */
import { expect } from 'chai';
import { checksumAlgorithms, startChecksum } from '../../../../src/local/s3/http/checksums.ts';

describe('S3 checksums', () => {
  it('have the published value of 123456789, however it is cut', () => {
    const text = Buffer.from('123456789');
    const values = checksumAlgorithms.map((algorithm) => {
      const found = new Set<string>();
      for (let cut = 0; cut <= text.length; cut++) {
        const checksum = startChecksum(algorithm);
        checksum.update(text.subarray(0, cut));
        checksum.update(text.subarray(cut));
        found.add(checksum.digest().toString('hex'));
      }
      return [algorithm, ...found];
    });
    expect(values).to.deep.equal([
      ['crc32', 'cbf43926'],
      ['crc32c', 'e3069283'],
      ['crc64nvme', 'ae8b14860a799888'],
      ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
      ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
    ]);
  });
});
