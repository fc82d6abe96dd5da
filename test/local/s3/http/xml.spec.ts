/** Reading and writing of S3's XML. */
import { expect } from 'chai';
import { S3Error } from '../../../../src/local/s3/errors.ts';
import { childText, readXml, writeXml } from '../../../../src/local/s3/http/xml.ts';

describe('S3 XML', () => {
  it('reads elements, text, entities, CDATA, comments and attributes', () => {
    const root = readXml(
      '<?xml version="1.0"?>\n<Delete xmlns="http://x/"><!-- c --><Object><Key>a&amp;&#x62;&#99;<![CDATA[<d>]]></Key></Object><Quiet/></Delete>\n',
    );
    const [object] = root.children;
    expect([root.name, object && childText(object, 'Key'), childText(root, 'Quiet')]).to.deep.equal([
      'Delete',
      'a&bc<d>',
      '',
    ]);
  });

  it('refuses what is not well-formed, and document types', () => {
    const sources = [
      '',
      'text',
      '<a>',
      '<a></b>',
      '<a/><b/>',
      '<a>&nope;</a>',
      '<a>&</a>',
      '<a>&#xffffff;</a>',
      '<!DOCTYPE a><a/>',
      '<a b=c/>',
    ];
    const accepted = sources.filter((source) => {
      try {
        readXml(source);
        return true;
      } catch (error) {
        return !(error instanceof S3Error && error.code === 'MalformedXML');
      }
    });
    expect(accepted).to.deep.equal([]);
  });

  it('writes what it reads back, control characters too', () => {
    const key = ' <a>&"\'\r\n\t\u0001é𝒳 ';
    const written = writeXml([
      'Root',
      [
        ['Key', key],
        ['Size', 5],
      ],
    ]);
    expect(written).to.equal(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Root xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Key> &lt;a&gt;&amp;&quot;&apos;&#xd;&#xa;\t&#x1;é𝒳 </Key><Size>5</Size></Root>',
    );
    expect(childText(readXml(written), 'Key')).to.equal(key);
  });
});
