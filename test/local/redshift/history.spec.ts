import { expect } from 'chai';
import { withoutSecrets } from '../../../src/local/redshift/history.ts';

describe('the texts of statements in the system tables', () => {
  for (const [text, shown] of [
    [
      "COPY t FROM 's3://b/k' ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 's''x' CSV",
      "COPY t FROM 's3://b/k' ACCESS_KEY_ID '' SECRET_ACCESS_KEY '' CSV",
    ],
    ["CREATE USER u PASSWORD 'a\\'b' NOCREATEDB", "CREATE USER u PASSWORD '' NOCREATEDB"],
    [
      "copy t from 's3://b/k' credentials as 'aws_access_key_id=A;aws_sec",
      "copy t from 's3://b/k' credentials as ''",
    ],
    ["COPY t FROM 's3://b/k' SESSION_TOKEN 'abc\\", "COPY t FROM 's3://b/k' SESSION_TOKEN ''"],
    ["INSERT INTO t VALUES ('password')", "INSERT INTO t VALUES ('password')"],
  ] as const) {
    it(`show no secret, also where the text is cut: ${text.slice(0, 50)}`, () => {
      expect(withoutSecrets(text)).to.equal(shown);
    });
  }
});
