import { expect } from 'chai';
import { withoutSecrets } from '../../../src/local/redshift/history.ts';

describe('the texts of the history', () => {
  const cases: readonly (readonly [string, string])[] = [
    ["COPY t FROM 's3://b/k' IAM_ROLE 'arn' CSV", "COPY t FROM 's3://b/k' IAM_ROLE 'arn' CSV"],
    [
      "COPY t FROM 's3://b/k' ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 'se''cr\\'et' SESSION_TOKEN 'x' CSV",
      "COPY t FROM 's3://b/k' ACCESS_KEY_ID '' SECRET_ACCESS_KEY '' SESSION_TOKEN '' CSV",
    ],
    [
      "copy t from 's3://b/k' with credentials as 'aws_iam_role=x' csv",
      "copy t from 's3://b/k' with credentials as '' csv",
    ],
    ["CREATE USER ann PASSWORD 'Secret1'", "CREATE USER ann PASSWORD ''"],
  ];
  for (const [text, kept] of cases) {
    it(`are kept without keys and passwords: ${kept}`, () => expect(withoutSecrets(text)).to.equal(kept));
  }
});
