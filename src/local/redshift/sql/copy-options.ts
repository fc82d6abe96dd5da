/** The options of COPY that are not its authorization: each is read once, in any order, and anything else is a syntax error. */
import type { Readings } from '../readings.ts';
import { SQLSTATE } from '../sqlstates.ts';
import type { CopyDraft } from './copy-draft.ts';
import { count, delimiter, timeFormat, oneCharacter, replacement } from './copy-values.ts';
import { RedshiftError } from './statement.ts';
import { type TokenReader, unsupported } from './token-reader.ts';

type ReadOption = (reader: TokenReader, draft: CopyDraft) => void;

const MAX_ERRORS = 100_000;
const ENCODINGS = ['utf8', 'utf16', 'utf16le', 'utf16be', 'iso88591'] as const;

const OPTIONS: Readonly<Record<string, ReadOption>> = {
  CSV: (reader, draft) => {
    draft.format = 'csv';
    if (reader.accept('QUOTE')) {
      reader.accept('AS');
      draft.quote = oneCharacter(reader.string(), 'QUOTE');
    }
  },
  QUOTE: () => {
    throw new RedshiftError(
      SQLSTATE.syntaxError,
      'QUOTE is only valid with CSV format, right after the word CSV',
    );
  },
  JSON: (reader, draft) => {
    draft.format = 'json';
    readJson(reader, draft);
  },
  PARQUET: (_reader, draft) => {
    draft.format = 'parquet';
  },
  SERIALIZETOJSON: (_reader, draft) => {
    draft.serializesToJson = true;
  },
  DELIMITER: (reader, draft) => {
    reader.accept('AS');
    draft.delimiter = delimiter(reader.string());
  },
  ESCAPE: (_reader, draft) => {
    draft.escape = true;
  },
  REMOVEQUOTES: (_reader, draft) => {
    draft.removeQuotes = true;
  },
  GZIP: (_reader, draft) => {
    draft.compression = 'gzip';
  },
  ZSTD: (_reader, draft) => {
    draft.compression = 'zstd';
  },
  MANIFEST: (_reader, draft) => {
    draft.manifest = true;
  },
  REGION: (reader, draft) => {
    reader.accept('AS');
    draft.region = reader.string();
  },
  NULL: (reader, draft) => {
    reader.accept('AS');
    draft.nullAs = reader.string();
  },
  EMPTYASNULL: (_reader, draft) => {
    draft.emptyAsNull = true;
  },
  BLANKSASNULL: (_reader, draft) => {
    draft.blanksAsNull = true;
  },
  TRIMBLANKS: (_reader, draft) => {
    draft.trimBlanks = true;
  },
  DATEFORMAT: (reader, draft) => {
    reader.accept('AS');
    draft.dateFormat = timeFormat(reader.string(), 'DATEFORMAT', ['auto']);
  },
  TIMEFORMAT: (reader, draft) => {
    reader.accept('AS');
    draft.timeFormat = timeFormat(reader.string(), 'TIMEFORMAT', ['auto', 'epochsecs', 'epochmillisecs']);
  },
  ACCEPTANYDATE: (_reader, draft) => {
    draft.acceptAnyDate = true;
  },
  ACCEPTINVCHARS: (reader, draft) => {
    const given = reader.accept('AS') || reader.peek()?.kind === 'string';
    draft.replaceInvalid = given ? replacement(reader.string()) : '?';
  },
  IGNOREHEADER: (reader, draft) => {
    reader.accept('AS');
    draft.ignoreHeader = count(reader, 'IGNOREHEADER', 0, Number.MAX_SAFE_INTEGER);
  },
  IGNOREBLANKLINES: (_reader, draft) => {
    draft.ignoreBlankLines = true;
  },
  MAXERROR: (reader, draft) => {
    reader.accept('AS');
    draft.maxError = count(reader, 'MAXERROR', 0, MAX_ERRORS);
  },
  IGNOREALLERRORS: (_reader, draft) => {
    draft.maxError = Infinity;
  },
  TRUNCATECOLUMNS: (_reader, draft) => {
    draft.truncateColumns = true;
  },
  ROUNDEC: (_reader, draft) => {
    draft.roundDecimals = true;
  },
  FILLRECORD: (_reader, draft) => {
    draft.fillRecord = true;
  },
  EXPLICIT_IDS: (_reader, draft) => {
    draft.explicitIds = true;
  },
  NOLOAD: (_reader, draft) => {
    draft.noLoad = true;
  },
  COMPROWS: (reader) => {
    count(reader, 'COMPROWS', 1000, 2_147_483_647);
  },
  COMPUPDATE: (reader, draft) => {
    if (reader.acceptAny(['PRESET', 'ON', 'TRUE', 'OFF', 'FALSE']) !== undefined) draft.needsOwnership = true;
  },
  STATUPDATE: (reader, draft) => {
    if (reader.acceptAny(['ON', 'TRUE', 'OFF', 'FALSE']) !== undefined) draft.needsOwnership = true;
  },
  READRATIO: (reader) => {
    reader.take();
    throw unsupported(
      'READRATIO is only valid for COPY from DynamoDB, which the local warehouse does not serve.',
    );
  },
  ENCODING: (reader, draft) => {
    reader.accept('AS');
    const text = reader.peek()?.kind === 'string' ? reader.string() : reader.take().text;
    const encoding = ENCODINGS.find((name) => name === text.toLowerCase());
    if (encoding === undefined)
      throw new RedshiftError(SQLSTATE.syntaxError, `COPY encoding "${text}" is not recognized`);
    draft.encoding = encoding;
  },
};

/** Options that Redshift has and the local warehouse does not serve: parsed with what belongs to them, then refused. */
const NOT_SERVED: Readonly<Record<string, ReadOption>> = {
  ORC: nothing,
  AVRO: (reader) => {
    reader.accept('AS');
    reader.string();
  },
  FIXEDWIDTH: (reader) => {
    reader.accept('AS');
    reader.string();
  },
  SHAPEFILE: (reader) => {
    if (!reader.accept('SIMPLIFY')) return;
    reader.accept('AUTO');
    if (reader.peek()?.kind === 'number') reader.take();
  },
  BZIP2: nothing,
  LZOP: nothing,
  ENCRYPTED: nothing,
  MASTER_SYMMETRIC_KEY: (reader) => {
    reader.accept('AS');
    reader.string();
  },
  SSH: nothing,
};

function nothing(): void {
  // Such an option has no argument.
}

const FORMATS = ['CSV', 'DELIMITER', 'FIXEDWIDTH', 'SHAPEFILE', 'AVRO', 'JSON', 'PARQUET', 'ORC'];
const CODECS = ['GZIP', 'BZIP2', 'LZOP', 'ZSTD'];

/** What does not go with each option ("COPY from JSON format", "Data format parameters", "COPY from columnar data formats"). */
const EXCLUDED: Readonly<Record<string, readonly string[]>> = {
  CSV: ['FIXEDWIDTH', 'REMOVEQUOTES', 'ESCAPE', 'AVRO', 'PARQUET', 'ORC', 'SHAPEFILE'],
  JSON: [
    ...[
      'CSV',
      'DELIMITER',
      'AVRO',
      'ESCAPE',
      'FILLRECORD',
      'FIXEDWIDTH',
      'IGNOREBLANKLINES',
      'NULL',
      'READRATIO',
    ],
    ...['REMOVEQUOTES', 'PARQUET', 'ORC', 'SHAPEFILE'],
  ],
  FIXEDWIDTH: ['DELIMITER', 'ESCAPE', 'REMOVEQUOTES', 'AVRO', 'PARQUET', 'ORC', 'SHAPEFILE'],
  MAXERROR: ['IGNOREALLERRORS'],
  ...Object.fromEntries(CODECS.map((codec) => [codec, CODECS.filter((other) => other !== codec)])),
};

/**
 * What COPY from columnar formats does not take, with Redshift's sentence. `MAXERROR 0`, the default, is taken: dlt sends it with
 * every COPY of Parquet.
 */
const NOT_COLUMNAR = [
  ...[
    'MAXERROR',
    'REGION',
    'ACCEPTANYDATE',
    'TRUNCATECOLUMNS',
    'EMPTYASNULL',
    'BLANKSASNULL',
    'DATEFORMAT',
    'TIMEFORMAT',
  ],
  ...[
    'NULL',
    'DELIMITER',
    'ESCAPE',
    'REMOVEQUOTES',
    'IGNOREHEADER',
    'IGNOREBLANKLINES',
    'ROUNDEC',
    'TRIMBLANKS',
    'ENCODING',
  ],
  ...['IGNOREALLERRORS', 'NOLOAD', ...CODECS],
];

/** Reads one option. Throws 42601 for an unknown word, a repeated option or an exclusive pair. */
export function readCopyOption(reader: TokenReader, draft: CopyDraft): void {
  const formatWord = reader.accept('FORMAT');
  if (formatWord) reader.accept('AS');
  const word = reader.peek()?.word ?? '';
  const read = OPTIONS[word] ?? NOT_SERVED[word];
  if (read === undefined || (formatWord && !FORMATS.includes(word))) throw reader.unexpected();
  remember(draft, word);
  reader.take();
  read(reader, draft);
}

function remember({ seen }: CopyDraft, word: string): void {
  if (seen.has(word))
    throw new RedshiftError(SQLSTATE.syntaxError, `conflicting or redundant options: ${word} is given twice`);
  seen.add(word);
  for (const one of seen) {
    const other = EXCLUDED[one]?.find((candidate) => seen.has(candidate));
    if (other !== undefined)
      throw new RedshiftError(SQLSTATE.syntaxError, `${one} and ${other} cannot be used together in COPY`);
  }
}

/** Refuses what can be parsed and not be served, with the errors first that Redshift itself has for such a COPY. */
export function refuseUnserved(
  { seen, credentials, maxError }: CopyDraft,
  { parquetNeedsRole }: Readings,
): void {
  const columnar = ['PARQUET', 'ORC'].find((word) => seen.has(word));
  if (columnar !== undefined) {
    const option = NOT_COLUMNAR.find((word) => seen.has(word) && !(word === 'MAXERROR' && maxError === 0));
    if (option !== undefined) {
      throw new RedshiftError(
        SQLSTATE.featureNotSupported,
        `${option} argument is not supported for ${columnar} based COPY`,
      );
    }
    if (credentials?.kind === 'keys' && parquetNeedsRole) {
      throw new RedshiftError(
        SQLSTATE.internalError,
        'COPY from this file format only accepts IAM_ROLE credentials.',
      );
    }
  }
  if (seen.has('SERIALIZETOJSON') && columnar === undefined) {
    throw new RedshiftError(SQLSTATE.syntaxError, 'SERIALIZETOJSON is only valid with PARQUET and ORC');
  }
  const unserved = Object.keys(NOT_SERVED).find((word) => seen.has(word));
  if (unserved !== undefined) {
    throw unsupported(
      `The local warehouse does not read COPY with ${unserved}; it reads CSV, delimited text and JSON, plain or with GZIP, and Parquet.`,
    );
  }
}

function readJson(reader: TokenReader, draft: CopyDraft): void {
  reader.accept('AS');
  const by = reader.peek()?.kind === 'string' ? reader.string() : 'auto';
  if (by === 'auto' || by === 'auto ignorecase' || by === 'noshred') {
    draft.json = { by };
    return;
  }
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(by) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new RedshiftError(
      SQLSTATE.internalError,
      `Invalid JSON option: '${by}'. It is 'auto', 'auto ignorecase', 'noshred' or the S3 path of a jsonpaths file.`,
    );
  }
  draft.json = { by: 'auto', jsonpaths: { bucket, key } };
}
